package stage.architecture;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What readers of the sources are spared. */
class SourcesTest {
  private static final int COLUMNS = 120;

  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String module : List.of("../stage-api/src", "../stage-runtime/src", "src")) {
      try (Stream<Path> files = Files.walk(Path.of(module))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
      }
    }
    assertThat(found).hasSizeGreaterThan(500);
    return found;
  }

  @Test
  void noTwoClassesHaveTheSameName() throws IOException {
    var byName = sources().stream().filter(file -> !file.toString().endsWith("-info.java"))
        .collect(groupingBy(Path::getFileName));
    assertThat(byName.values()).filteredOn(files -> files.size() > 1).isEmpty();
  }

  @Test
  void noLineIsLongerThanAScreenIsWide() throws IOException {
    assertThat(sources()).flatExtracting(SourcesTest::longLines).isEmpty();
  }

  @Test
  void noImportIsUnused() throws IOException {
    assertThat(sources()).flatExtracting(file -> unusedImports(read(file)).map(each -> file + ": " + each).toList())
        .isEmpty();
  }

  private static Stream<String> unusedImports(String source) {
    Set<String> words = source.lines().filter(line -> !line.startsWith("import "))
        .flatMap(line -> Stream.of(line.split("\\W+"))).collect(toSet());
    return source.lines().filter(line -> line.startsWith("import ") && !line.endsWith("*;"))
        .filter(line -> !words.contains(line.substring(line.lastIndexOf('.') + 1, line.length() - 1)));
  }

  @Test
  void anUnusedImportIsFound() {
    String used = "import java.util.List;\nimport static java.lang.Math.max;\nimport java.io.*;\n";
    String unused = "import java.util.ListIterator;";
    assertThat(unusedImports(used + unused + "\nclass A { List<A> all; int most = max(1, 2); }"))
        .containsExactly(unused);
  }

  @Test
  void aBuildRunsEachClassThatHasTests() throws IOException {
    assertThat(sources()).filteredOn(file -> hasTests(read(file)))
        .hasSizeGreaterThan(100)
        .allMatch(file -> file.toString().endsWith("Test.java"), "is named as the build's plugin looks for it");
  }

  private static boolean hasTests(String source) {
    return source.lines().anyMatch(line -> line.matches(
        "\\s+@(Test|ParameterizedTest|RepeatedTest|TestFactory|WithDemands)\\b.*"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> longLines(Path file) {
    return longLines(read(file)).map(line -> file + ": " + line).toList();
  }

  /** Text is not cut in two to make it shorter: neither a text block nor a string that fills its line. */
  private static Stream<String> longLines(String source) {
    String[] parts = source.split("\"\"\"", -1);
    return IntStream.range(0, parts.length).filter(i -> i % 2 == 0).mapToObj(i -> parts[i]).flatMap(String::lines)
        .filter(line -> line.length() > COLUMNS && !line.strip().matches("[^\"]{0,40}\".*"));
  }

  @Test
  void aLongLineIsFound() {
    String call = "    assertThat(" + "a.b().".repeat(COLUMNS / 6) + "c()).isTrue();\n";
    String sentence = "      \"" + "a sentence; ".repeat(COLUMNS / 12) + "\",\n";
    String block = "    \"\"\"\n" + call + "    \"\"\"\n";
    assertThat(longLines(call + sentence + block)).containsExactly(call.stripTrailing());
  }
}
