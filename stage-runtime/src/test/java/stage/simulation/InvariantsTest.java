package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The plan of the simulation names what must hold, from I1 to I17; each number stands beside its check. */
class InvariantsTest {
  private static final Path SOURCES = Path.of("src/test/java/stage/simulation");
  private static final int INVARIANTS = 17;
  private static final Pattern COMMENT = Pattern.compile("(?:\\*|//|\\.) (I\\d+(?:, I\\d+)*)[:\\s]");

  @Test
  void eachHasACheckThatCarriesItsNumber() throws IOException {
    SortedSet<Integer> checked = new TreeSet<>();
    for (Path file : sources()) {
      Matcher comment = COMMENT.matcher(Files.readString(file));
      while (comment.find())
        for (String number : comment.group(1).split(", ")) checked.add(Integer.parseInt(number.substring(1)));
    }
    List<Integer> all = new ArrayList<>();
    for (int i = 1; i <= INVARIANTS; i++) all.add(i);
    assertThat(checked).containsExactlyElementsOf(all);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files.filter(file -> !file.endsWith("InvariantsTest.java")).toList();
    }
  }
}
