package stage.samples.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stage.samples.flights.TextInput;

class LinesTest {
  @TempDir
  Path folder;

  private TextInput file(String name, String text) throws IOException {
    return new TextInput.File(Files.writeString(folder.resolve(name), text));
  }

  private static List<String> rest(Lines lines) throws IOException {
    List<String> texts = new ArrayList<>();
    for (Line line = lines.next(); line != null; line = lines.next()) texts.add(line.number() + " " + line.text());
    return texts;
  }

  @Nested
  class OfFiles {
    @Test
    void haveNoEndsAndAreNumberedPerFile() throws IOException {
      try (var lines = new Lines(List.of(file("a", "\ufeffone\r\n\ntwo"), file("b", ""), file("c", "three\n")),
          false)) {
        assertThat(rest(lines)).containsExactly("1 one", "2 ", "3 two", "1 three");
        assertThat(lines.isEnded()).isTrue();
      }
    }

    @Test
    void comeAgainFromWhereTheStageHadCommitted() throws IOException {
      try (var lines = new Lines(List.of(file("a", "1\n2\n3\n4\n")), false)) {
        lines.next();
        lines.next();
        lines.goOnAfter(1);
        assertThat(lines.next().text()).isEqualTo("2");
        assertThat(lines.next().text()).isEqualTo("3");
        lines.goOnAfter(3);
        assertThat(rest(lines)).containsExactly("4 4");
        assertThat(lines.isEnded()).isTrue();
        lines.goOnAfter(3);
        assertThat(lines.isEnded()).as("the last one is not committed").isFalse();
      }
    }
  }

  @Nested
  class OfAPipeThatNobodyWritesTo {
    @Test
    void fl01_endWhenTheyAreStopped() throws Exception {
      Path pipe = folder.resolve("pipe");
      assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "there are no named pipes here");
      var read = new CompletableFuture<Optional<Line>>();
      try (var lines = new Lines(List.of(new TextInput.File(pipe)), true)) {
        Thread.ofPlatform().daemon().start(() -> {
          try {
            read.complete(Optional.ofNullable(lines.next()));
          } catch (IOException e) {
            read.completeExceptionally(e);
          }
        });
        lines.stop();
        assertThat(read.get(30, TimeUnit.SECONDS)).isEmpty();
        assertThat(lines.isEnded()).isTrue();
      }
    }
  }

  @Nested
  class OfAFileThatIsFollowed {
    @Test
    void areThereWhenTheirLineFeedIs() throws IOException {
      Path path = folder.resolve("a");
      Files.writeString(path, "one\ntw");
      try (var lines = new Lines(List.of(new TextInput.File(path)), true)) {
        assertThat(rest(lines)).containsExactly("1 one");
        assertThat(lines.isEnded()).isFalse();
        Files.writeString(path, "o\n", StandardOpenOption.APPEND);
        assertThat(rest(lines)).containsExactly("2 two");
        lines.stop();
        assertThat(lines.isEnded()).isTrue();
      }
    }

    @Test
    void areThoseOfItsSuccessorIfItWasReplaced() throws IOException {
      Path path = folder.resolve("a");
      Files.writeString(path, "one\nrest");
      try (var lines = new Lines(List.of(new TextInput.File(path)), true)) {
        assertThat(rest(lines)).containsExactly("1 one");
        Files.move(path, folder.resolve("old"));
        Files.writeString(path, "new\n");
        assertThat(rest(lines)).containsExactly("2 rest", "1 new");
      }
    }
  }
}
