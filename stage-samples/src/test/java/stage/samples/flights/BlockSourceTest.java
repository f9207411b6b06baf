package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockSourceTest {
  @TempDir
  Path folder;

  private BlockSource source;
  private long blocks;

  @AfterEach
  void close() throws IOException {
    if (source != null) source.close();
  }

  @Test
  void readsOneInputAfterTheOther() throws IOException {
    open(false, file("a.csv", SampleLines.HEADER + "a1\na2\n"), file("b.csv", SampleLines.HEADER + "b1"));

    assertNext("a.csv", 2, "a1\na2\n");
    assertNext("b.csv", 2, "b1");
    assertThat(source.next()).isNull();
    assertThat(source.isEnded()).isTrue();
    assertThat(source.position()).isEqualTo(2 * SampleLines.HEADER.length() + 8);
  }

  @Test
  void skipsAnInputOfNothingButTheHeader() throws IOException {
    open(false, file("a.csv", SampleLines.HEADER), file("b.csv", Header.TEXT),
        file("c.csv", SampleLines.HEADER + "c1\n"));

    assertNext("c.csv", 2, "c1\n");
    assertThat(source.next()).isNull();
  }

  @Nested
  class OfGzipFiles {
    @Test
    void unpacksThem() throws IOException {
      open(false, file("a.csv.gz", SampleLines.gzip(SampleLines.HEADER + "a1\n")));

      assertNext("a.csv.gz", 2, "a1\n");
      assertThat(source.next()).isNull();
    }

    @Test
    void unpacksThoseOfSeveralParts() throws IOException {
      byte[] first = SampleLines.gzip(SampleLines.HEADER + "a1\na");
      byte[] second = SampleLines.gzip("2\n");
      byte[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      open(false, file("a.csv.gz", both));

      assertThat(SampleLines.text(source.next()) + SampleLines.text(source.next())).isEqualTo("a1\na2\n");
      assertThat(source.next()).isNull();
    }

    @Test
    void knowsThemByTheirBytesAndNotByTheirName() throws IOException {
      open(false, file("a.csv", SampleLines.gzip(SampleLines.HEADER + "a1\n")),
          file("b.gz", SampleLines.HEADER + "b1\n"));

      assertNext("a.csv", 2, "a1\n");
      assertNext("b.gz", 2, "b1\n");
    }

    @Test
    void failsWhenOneBreaksOff() throws IOException {
      byte[] whole = SampleLines.gzip(SampleLines.HEADER + "a1\n");
      open(false, file("a.csv.gz", Arrays.copyOf(whole, whole.length - 12)));

      assertThatThrownBy(this::readAll).isInstanceOf(JobFailed.class)
          .hasMessageEndingWith("a.csv.gz is a gzip file that breaks off in the middle");
    }

    @Test
    void failsWhenOneIsDamaged() throws IOException {
      byte[] bytes = SampleLines.gzip(SampleLines.HEADER + "a1\n");
      Arrays.fill(bytes, 12, bytes.length - 8, (byte) 0xFF);
      open(false, file("a.csv.gz", bytes));

      assertThatThrownBy(this::readAll).isInstanceOf(JobFailed.class)
          .hasMessageContaining("a.csv.gz is a damaged gzip file: ");
    }

    @Test
    void refusesToFollowThem() throws IOException {
      open(true, file("a.csv.gz", SampleLines.gzip(SampleLines.HEADER + "a1\n")));

      assertThatThrownBy(this::readAll).isInstanceOf(JobFailed.class)
          .hasMessageEndingWith("a.csv.gz is a gzip file, and those do not grow; leave out --follow");
    }

    private void readAll() throws IOException {
      while (source.next() != null) assertThat(source.isEnded()).isFalse();
    }
  }

  @Nested
  class Checks {
    @Test
    void thatAFileIsThere() {
      assertFails("there is no file " + folder.resolve("none.csv"), new TextInput.File(folder.resolve("none.csv")));
    }

    @Test
    void thatItIsNoFolder() {
      assertFails(folder + " is a directory; give the files in it", new TextInput.File(folder));
    }

    @Test
    void thatItIsNotEmpty() throws IOException {
      TextInput.File empty = file("a.csv", "");

      assertFails(empty.name() + " is empty: its first line must be date,delay,distance,origin,destination", empty);
    }

    @Test
    void theHeaderOfEveryFile() throws IOException {
      TextInput.File sound = file("a.csv", SampleLines.HEADER);
      TextInput.File headless = file("b.csv", "2001-01-31T07:05,-12,1750,DTW,LAS\n");

      assertFails(headless.name() + " has no header: its first line must be date,delay,distance,origin,destination,"
          + " but is \"2001-01-31T07:05,-12,1750,DTW,LAS\"", sound, headless);
    }

    @Test
    void nothingOfAFollowedFileThatIsNotThereYet() throws IOException {
      BlockSource.check(List.of(file("a.csv", "")), true);
    }

    private void assertFails(String sentence, TextInput... inputs) {
      assertThatThrownBy(() -> BlockSource.check(List.of(inputs), false)).isInstanceOf(JobFailed.class)
          .hasMessage(sentence);
    }
  }

  @Nested
  class FollowingAFile {
    private Path path;

    @BeforeEach
    void open() throws IOException {
      TextInput.File file = file("log.csv", SampleLines.HEADER + "one\n");
      path = file.path();
      BlockSourceTest.this.open(true, file);
      assertNext("log.csv", 2, "one\n");
      assertNothingNow();
    }

    @Test
    void goesOnWhenItHasGrown() throws IOException {
      SampleLines.append(path, "two\nthree\n");

      assertNext("log.csv", 3, "two\nthree\n");
      assertNothingNow();
    }

    @Test
    void waitsForTheEndOfALine() throws IOException {
      SampleLines.append(path, "tw");
      assertNothingNow();

      SampleLines.append(path, "o\n");
      assertNext("log.csv", 3, "two\n");
    }

    @Test
    void readsASuccessorFromItsStart() throws IOException {
      rotate();
      assertNothingNow();
      SampleLines.write(path, SampleLines.HEADER + "new\n");

      assertNext("log.csv", 2, "new\n");
      assertNothingNow();
    }

    @Test
    void readsTheLastOfAFileThatWasReplaced() throws IOException {
      Path old = rotate();
      SampleLines.append(old, "two\nlast");
      SampleLines.write(path, SampleLines.HEADER + "new\n");

      assertNext("log.csv", 3, "two\n");
      assertNext("log.csv", 4, "last");
      assertNext("log.csv", 2, "new\n");
    }

    @Test
    void readsASuccessorThatBeginsEmpty() throws IOException {
      rotate();
      SampleLines.write(path, "");
      assertNothingNow();
      SampleLines.append(path, SampleLines.HEADER + "new\n");

      assertNext("log.csv", 2, "new\n");
    }

    @Test
    void startsAgainWhenItWasTruncated() throws IOException {
      SampleLines.append(path, "two\nthree\nunfini");
      assertNext("log.csv", 3, "two\nthree\n");
      assertNothingNow();
      SampleLines.write(path, SampleLines.HEADER + "new\n");

      assertNext("log.csv", 2, "new\n");
      assertNothingNow();
    }

    private Path rotate() throws IOException {
      return Files.move(path, folder.resolve("log.csv.1"), StandardCopyOption.ATOMIC_MOVE);
    }

    private void assertNothingNow() throws IOException {
      assertThat(source.next()).isNull();
      assertThat(source.isEnded()).isFalse();
    }
  }

  @Nested
  class GoingOnFromAPlace {
    private static final String LONG = "x".repeat(2 * LineBlock.MOST_BYTES + 99);

    @Test
    void goesOnBehindTheLastBlockWhereverThatWas() throws IOException {
      List<TextInput> inputs =
          List.of(file("a.csv", text("a")), file("b.csv", SampleLines.HEADER),
              file("c.csv", SampleLines.gzip(text("c"))),
          file("d.csv", text("d").stripTrailing()));
      String whole = readAll(new BlockSource(inputs, false));

      BlockSource reading = new BlockSource(inputs, false);
      StringBuilder before = new StringBuilder();
      for (LineBlock block = reading.next(); block != null; block = reading.next()) {
        before.append(told(block));
        BlockSource successor = new BlockSource(inputs, false, reading.place(), new Pipes());
        assertThat(before + readAll(successor)).isEqualTo(whole);
      }
      assertThat(whole).contains("a.csv:2 ", "c.csv:3 ", "d.csv:2005 ").doesNotContain("b.csv");
    }

    @Test
    void numbersBlocksAndCountsLinesAsItsPredecessorDid() throws IOException {
      List<TextInput> inputs = List.of(file("a.csv", text("a")));
      BlockSource reading = new BlockSource(inputs, false);
      reading.next();
      long rows = reading.place().rows();
      LineBlock second = new BlockSource(inputs, false, reading.place(), new Pipes()).next();

      assertThat(second.number()).isEqualTo(1);
      assertThat(rows).isPositive().isEqualTo(second.firstLine() - 2);
    }

    @Test
    void failsIfTheFileHasBecomeShorter() throws IOException {
      TextInput.File file = file("a.csv", text("a"));
      BlockSource reading = new BlockSource(List.of(file), false);
      reading.next();
      SampleLines.write(file.path(), SampleLines.HEADER);

      assertThatThrownBy(() -> new BlockSource(List.of(file), false, reading.place(), new Pipes()).next())
          .isInstanceOf(JobFailed.class)
          .hasMessage(file.name() + " has become shorter while it was read");
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 5000, 1 << 20})
    void losesNothingOfAPipeWhicheverTurnsCrash(int piece) throws IOException {
      List<TextInput> inputs =
          List.of(file("a.csv", text("a")), new TextInput.StandardInput(), file("c.csv", text("c")));
      InputStream before = System.in;
      try {
        System.setIn(SampleLines.inPiecesOf(piece, SampleLines.bytes(text("pipe"))));
        String whole = readAll(new BlockSource(inputs, false));
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 20; round++) {
          System.setIn(SampleLines.inPiecesOf(piece, SampleLines.bytes(text("pipe"))));
          assertThat(readWithCrashes(inputs, random)).isEqualTo(whole);
        }
      } finally {
        System.setIn(before);
      }
    }

    /** As the reader does: a turn reads a block, and if it crashes, the next life begins at the place before it. */
    private String readWithCrashes(List<TextInput> inputs, SplittableRandom random) throws IOException {
      Pipes pipes = new Pipes();
      Place place = Place.START;
      BlockSource reading = new BlockSource(inputs, false, place, pipes);
      StringBuilder all = new StringBuilder();
      while (true) {
        LineBlock block = reading.next();
        if (random.nextInt(3) == 0) {
          reading.close();
          reading = new BlockSource(inputs, false, place, pipes);
          continue;
        }
        if (block == null) return all.toString();
        all.append(told(block));
        place = reading.place();
      }
    }

    private String text(String name) {
      StringBuilder text =
          new StringBuilder(SampleLines.HEADER).append(name).append(" first\n").append(LONG).append('\n');
      for (int i = 0; i < 2000; i++) text.append(name).append(" row ").append(i).append(i % 3 == 0 ? "\r\n" : "\n");
      return text.append(LONG).append("\nlast").append('\n').toString();
    }

    private String readAll(BlockSource source) throws IOException {
      StringBuilder all = new StringBuilder();
      for (LineBlock block = source.next(); block != null; block = source.next()) all.append(told(block));
      source.close();
      return all.toString();
    }

    /**
     * {@return each line with where it is} Blocks are cut differently by a source that begins elsewhere, lines are not.
     */
    private String told(LineBlock block) {
      StringBuilder told = new StringBuilder();
      long number = block.firstLine();
      for (String line : SampleLines.text(block).split("(?<=\n)")) {
        String input = block.input().substring(block.input().lastIndexOf('/') + 1);
        told.append(input).append(':').append(number++).append(' ').append(line.strip()).append('\n');
      }
      return told.toString();
    }
  }

  private void open(boolean follow, TextInput... inputs) {
    source = new BlockSource(List.of(inputs), follow);
  }

  private void assertNext(String name, long firstLine, String text) throws IOException {
    LineBlock block = source.next();
    assertThat(block).isNotNull();
    assertThat(block.number()).isEqualTo(blocks++);
    assertThat(block.input()).isEqualTo(folder.resolve(name).toString());
    assertThat(SampleLines.text(block)).isEqualTo(text);
    assertThat(block.firstLine()).isEqualTo(firstLine);
  }

  private TextInput.File file(String name, String text) throws IOException {
    return new TextInput.File(SampleLines.write(folder.resolve(name), text));
  }

  private TextInput.File file(String name, byte[] bytes) throws IOException {
    return new TextInput.File(Files.write(folder.resolve(name), bytes));
  }
}
