package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RejectFileTest {
  @TempDir
  Path folder;

  private Path path;

  @BeforeEach
  void write() throws IOException {
    path = Files.writeString(folder.resolve("rejects.tsv"), "from an earlier run\n");
    try (RejectFile file = RejectFile.create(path)) {
      file.write("öne\n");
      assertThat(file.size()).isEqualTo(5);
      file.write("two\n");
    }
  }

  @Test
  void beginsEmpty() {
    assertThat(path).hasContent("öne\ntwo\n");
  }

  @Nested
  class Reopened {
    @Test
    void goesOnBehindWhatIsToStay() throws IOException {
      try (RejectFile file = RejectFile.reopen(path, 5)) {
        file.write("2\n");
        assertThat(file.size()).isEqualTo(7);
      }
      assertThat(path).hasContent("öne\n2\n");
    }

    @Test
    void failsIfThatIsNotThereAnyMore() {
      assertThatThrownBy(() -> RejectFile.reopen(path, 10)).isInstanceOf(JobFailed.class)
          .hasMessage("the rejects in " + path + " have become fewer while they were written");
    }

    @Test
    void failsIfTheFileIsGone() throws IOException {
      Files.delete(path);

      assertThatThrownBy(() -> RejectFile.reopen(path, 5)).isInstanceOf(JobFailed.class)
          .hasMessage("cannot write the rejects to " + path + ": there is no such file or directory");
    }
  }
}
