package stage.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What the engine is held to stands in lists: s01 to s60 are sentences about supervision, f01 to f48 are faults, and
 * other letters stand for situations that somebody has reported. Each number has at least one test that carries it in
 * front of its name.
 */
class SpecNumbersTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int SUPERVISION = 60;
  private static final int FAULTS = 48;

  /** A test method; its numbers are all in front, a range as in {@code f01_to_f06_}. */
  private static final Pattern METHOD =
      Pattern.compile("\\bvoid\\s+((?:[sf]\\d\\d_(?:to_(?=[sf]\\d\\d_))?)+)\\w*\\s*\\(");
  private static final Pattern NUMBER = Pattern.compile("([sf])(\\d\\d)_(?:to_[sf](\\d\\d)_)?");

  /** What was reported of other libraries, of the engine, of the samples, beside GenStage, at seams, by newcomers. */
  private static final Map<String, int[]> REPORTED = Map.of(
      "b", new int[] {1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 16, 18, 24, 25, 33, 38, 41, 42, 45, 46, 47, 50, 52},
      "p", new int[] {1, 3, 4, 5, 7, 8, 10, 13, 14, 20, 24, 27, 28}, "fl", new int[] {1, 2, 3, 4, 5, 6, 7, 8, 10},
      "c", new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, "k", new int[] {1, 2, 3, 4, 5, 6, 7, 8},
      "n", new int[] {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 18});
  private static final Pattern REPORT = Pattern.compile("\\bvoid\\s+((?:[a-z]{1,3}\\d+b?_)+)");

  @Test
  void eachReportedSituationHasATest() throws IOException {
    Set<String> tested = new HashSet<>();
    for (Path file : testSources()) {
      Matcher method = REPORT.matcher(Files.readString(file));
      while (method.find()) for (String number : method.group(1).split("_")) tested.add(plain(number));
    }
    List<String> without = new ArrayList<>();
    REPORTED.forEach((letter, numbers) -> {
      for (int number : numbers) if (!tested.contains(letter + number)) without.add(letter + number);
    });
    assertThat(without).as("reported situations without a test").isEmpty();
  }

  /** {@return it without leading zeros, and without what tells one part of a situation from another} */
  private static String plain(String number) {
    return number.replaceAll("^([a-z]+)0*([1-9]\\d*)b?$", "$1$2");
  }

  @Test
  void eachNumberHasATest() throws IOException {
    SortedSet<String> tested = new TreeSet<>();
    for (Path file : testSources()) tested.addAll(numbersIn(Files.readAllLines(file)));
    SortedSet<String> without = allNumbers();
    without.removeAll(tested);

    assertThat(without).as("numbers without a test").isEmpty();
    assertThat(tested).as("numbers that are in neither list").isSubsetOf(allNumbers());
  }

  private static SortedSet<String> allNumbers() {
    SortedSet<String> all = new TreeSet<>();
    for (int i = 1; i <= SUPERVISION; i++) all.add("s%02d".formatted(i));
    for (int i = 1; i <= FAULTS; i++) all.add("f%02d".formatted(i));
    return all;
  }

  private static List<Path> testSources() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String module : List.of("stage-api", "stage-runtime", "stage-samples")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        List<Path> ofModule = files.filter(file -> file.toString().endsWith(".java")).toList();
        assertThat(ofModule).as("test sources of " + module).isNotEmpty();
        all.addAll(ofModule);
      }
    }
    return all;
  }

  /** {@return the numbers in front of the names of the methods in a source, comments and texts left out} */
  static SortedSet<String> numbersIn(List<String> lines) {
    SortedSet<String> numbers = new TreeSet<>();
    Matcher method = METHOD.matcher(String.join("\n", SourceScan.withoutCommentsAndTexts(lines)));
    while (method.find()) {
      Matcher number = NUMBER.matcher(method.group(1));
      while (number.find()) {
        int first = Integer.parseInt(number.group(2));
        int last = number.group(3) == null ? first : Integer.parseInt(number.group(3));
        for (int i = first; i <= last; i++) numbers.add("%s%02d".formatted(number.group(1), i));
      }
    }
    return numbers;
  }

  @Nested
  class ANumber {
    @Test
    void isReadInFrontOfTheNameOfAMethod() {
      assertThat(numbersIn(List.of("@Test", "void s08_decides() {", "}", "  void f01_givesUp(int a)")))
          .containsExactly("f01", "s08");
    }

    @Test
    void isOneOfSeveral() {
      assertThat(numbersIn(List.of("void s12_f37_givesUp() {"))).containsExactly("f37", "s12");
    }

    @Test
    void isInARange() {
      assertThat(numbersIn(List.of("void f02_to_f04_s57_crashes() {"))).containsExactly("f02", "f03", "f04", "s57");
    }

    @Test
    void isNotReadElsewhere() {
      assertThat(numbersIn(List.of("// void s01_comment() {", "String s = \"void s02_text() {\";"))).isEmpty();
      assertThat(numbersIn(List.of("void crashes_s03_late() {", "s04_called();"))).isEmpty();
    }
  }
}
