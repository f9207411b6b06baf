package stage.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFormatTest {
  /** Gives its bytes one at a time. */
  private static InputStream dripping(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public int read(byte[] target, int from, int length) {
        return super.read(target, from, Math.min(1, length));
      }
    };
  }

  private static List<String> all(LineReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = reader.next(); line != null; line = reader.next()) lines.add(line);
    return lines;
  }

  private static List<String> both(byte[] bytes, LineFormat format) throws IOException {
    List<String> lines = all(format.read(new ByteArrayInputStream(bytes)));
    assertThat(all(format.read(dripping(bytes)))).as("the same, a byte at a time").isEqualTo(lines);
    return lines;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aDirectoryIsNoText(@TempDir Path directory) {
    assertThatThrownBy(() -> LineFormat.DEFAULT.open(directory)).isInstanceOf(IOException.class)
        .hasMessage(directory + ": is a directory, not a file");
    Path none = directory.resolve("none");
    assertThatThrownBy(() -> LineFormat.DEFAULT.open(none)).isInstanceOf(NoSuchFileException.class)
        .hasMessage(none + ": there is no such file");
  }

  @Nested
  class LineEnds {
    @Test
    void areOfAnyKind() throws IOException {
      assertThat(both(utf8("a\nb\r\nc\rd\n\ne"), LineFormat.DEFAULT)).containsExactly("a", "b", "c", "d", "", "e");
      assertThat(both(utf8("a\n"), LineFormat.DEFAULT)).containsExactly("a");
      assertThat(both(utf8("a\r\n"), LineFormat.DEFAULT)).containsExactly("a");
      assertThat(both(utf8(""), LineFormat.DEFAULT)).isEmpty();
    }

    @Test
    void mayBeFarApart() throws IOException {
      String longLine = "x".repeat(100_000) + "é".repeat(10_000);
      assertThat(both(utf8(longLine + "\n" + longLine), LineFormat.DEFAULT)).containsExactly(longLine, longLine);
    }
  }

  @Nested
  class AByteOrderMark {
    @Test
    void b52_isNoPartOfTheFirstLine() throws IOException {
      assertThat(both(utf8("\uFEFFdate,delay\r\n1,2"), LineFormat.DEFAULT)).containsExactly("date,delay", "1,2");
      assertThat(both("\uFEFFdate".getBytes(StandardCharsets.UTF_16LE), LineFormat.of(StandardCharsets.UTF_16LE)))
          .containsExactly("date");
      assertThat(both(utf8("\uFEFF"), LineFormat.DEFAULT)).isEmpty();
    }

    @Test
    void b52_isAnOrdinaryCharacterElsewhere() throws IOException {
      assertThat(both(utf8("a\n\uFEFFb"), LineFormat.DEFAULT)).containsExactly("a", "\uFEFFb");
    }
  }

  @Nested
  class AByteThatIsNotInTheCharset {
    private final byte[] latin = "line 1\ncafé 2\nline 3".getBytes(StandardCharsets.ISO_8859_1);

    @Test
    void b05_isReplacedByDefault() throws IOException {
      assertThat(both(latin, LineFormat.DEFAULT)).containsExactly("line 1", "caf\uFFFD 2", "line 3");
    }

    @Test
    void b05_isInAnotherOne() throws IOException {
      assertThat(both(latin, LineFormat.of(StandardCharsets.ISO_8859_1))).containsExactly("line 1", "café 2", "line 3");
    }

    @Test
    void b05_failsTheStrictInItsLineAfterThoseBefore(@TempDir Path folder) throws IOException {
      Path file = Files.write(folder.resolve("latin.log"), latin);
      try (LineReader reader = LineFormat.DEFAULT.strict().open(file)) {
        assertThat(reader.next()).isEqualTo("line 1");
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(reader::next).isInstanceOf(IOException.class)
              .hasMessage("line 2 of " + file
                  + " is not in UTF-8: it has the bytes e9 at offset 10 of the text; give LineFormat.of(…) another charset, or leave out"
                  + " strict() to have them replaced");
        }
      }
    }

    @Test
    void b05_mayBeTheLast() throws IOException {
      assertThat(both(new byte[] {'a', (byte) 0xC3}, LineFormat.DEFAULT)).containsExactly("a\uFFFD");
    }
  }

  @Nested
  class ALineThatIsTooLong {
    @Test
    void b52_failsInItsLineAfterThoseBefore() throws IOException {
      LineReader reader = LineFormat.DEFAULT.withLongest(5).read(new ByteArrayInputStream(utf8("12345\n123456\n1")));
      assertThat(reader.next()).isEqualTo("12345");
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(reader::next).isInstanceOf(IOException.class)
            .hasMessageStartingWith("line 2 of the text is longer than 5 characters; ");
      }
    }

    @Test
    void b52_isNotReadToItsEnd() {
      var endless = new InputStream() {
        @Override
        public int read() {
          return 'x';
        }
      };
      assertThatThrownBy(() -> LineFormat.DEFAULT.read(endless).next())
          .hasMessageContaining("line 1 of the text is longer than 1048576 characters");
    }
  }

  @Nested
  class AFailureToRead {
    @Test
    void b52_saysWhere(@TempDir Path folder) {
      assertThatThrownBy(() -> all(LineFormat.DEFAULT.open(folder))).isInstanceOf(IOException.class)
          .hasMessageContaining(folder.toString());
      var broken = new InputStream() {
        private int left = 4;

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
          if (left-- == 0) throw new IOException("disk on fire");
          target[from] = (byte) (left == 1 ? '\n' : 'a');
          return 1;
        }

        @Override
        public int read() {
          throw new AssertionError("not used");
        }
      };
      LineReader reader = LineFormat.DEFAULT.read(broken);
      assertThatThrownBy(() -> {
        assertThat(reader.next()).isEqualTo("aa");
        reader.next();
      }).isInstanceOf(IOException.class).hasMessage("line 2 of the text could not be read: disk on fire").cause()
          .hasMessage("disk on fire");
    }
  }

  @Test
  void refusesALineOfNothing() {
    assertThatThrownBy(() -> LineFormat.DEFAULT.withLongest(0)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the longest line must be at least 1 character long, but was 0");
  }
}
