package stage.samples.wordcount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stage.samples.lines.Told;

class WordCountTest {
  @TempDir
  Path folder;

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static Told run(String... arguments) {
    return Told.by(WordCount::run, arguments);
  }

  @Nested
  class Words {
    @Test
    void areRunsOfLettersAndDigitsInLowerCase() {
      assertThat(WordCount.words("It's 2nd-Ödön, x_y\t𝔘𝔫! 1.5"))
          .containsExactly("it", "s", "2nd", "ödön", "x", "y", "𝔘𝔫", "1", "5");
      assertThat(WordCount.words("")).isEmpty();
    }

    @Test
    void areShownByCountThenByWord() throws IOException {
      Told told = run("--csv", file("a", "b a c\nb c\nb d"), file("b", "a"));
      assertThat(told.out()).isEqualTo("word,count\nb,3\na,2\nc,2\nd,1\n");
      assertThat(told.err()).isEmpty();
      assertThat(run("--csv", "--top", "1", file("c", "b a b")).out()).isEqualTo("word,count\nb,2\n");
      assertThat(run(file("c", "b a b")).out()).isEqualTo("word  count\nb         2\na         1\n");
    }

    @Test
    void areReadFromGzipFiles() throws IOException {
      Path path = folder.resolve("a.gz");
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
        out.write("a a b".getBytes());
      }
      assertThat(run("--csv", path.toString()).out()).isEqualTo("word,count\na,2\nb,1\n");
    }

    @Test
    void areTheSameWhateverFailsOnTheWay() throws IOException {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 5_000; i++) text.append("w").append(i % 97).append(' ').append(i % 7 == 0 ? "\n" : "");
      String file = file("a", text.toString());
      Told chaos = run("--csv", "--top", "all", "--chaos", "15", "--seed", "1", file);
      assertThat(chaos.out()).isEqualTo(run("--csv", "--top", "all", file).out());
      assertThat(chaos.err()).contains("15 of 15 failures on purpose, 8 of them crashes");
    }
  }

  @Nested
  class AFileThatGrows {
    @Test
    void isCountedUntilAnInterruption() throws Exception {
      String file = file("a", "one two ");
      var told = new Told();
      Thread running = Thread.ofVirtual().start(() -> told.run(WordCount::run, "--csv", "--follow", file));
      Runnable interruption = told.followed();
      Files.writeString(Path.of(file), "two\n", StandardOpenOption.APPEND);
      interruption.run();
      running.join();
      assertThat(told.code()).isZero();
      assertThat(told.out()).startsWith("word,count\n");
    }

    @Test
    void isSummedUpMeanwhile() throws Exception {
      String file = file("a", "one two\n");
      var told = new Told();
      Thread running = Thread.ofVirtual().start(() -> told.run(WordCount::run, "--follow", file));
      told.awaitOut("2 words, 2 different\n");
      Files.writeString(Path.of(file), "two\n", StandardOpenOption.APPEND);
      told.awaitOut("3 words, 2 different\n");
      told.followed().run();
      running.join();
      assertThat(told.code()).isZero();
      assertThat(told.out()).endsWith("3 words, 2 different\nword  count\ntwo       2\none       1\n");
    }

    @Test
    void isDrawnMeanwhileOnATerminal() throws Exception {
      String file = file("a", "one two two\n");
      String table = "word  count\ntwo       2\none       1\n";
      var told = new Told();
      Thread running = Thread.ofVirtual().start(() -> told.runOnATerminal(WordCount::run, "--follow", file));
      told.awaitOut(table + "3 words, 2 different\n");
      told.followed().run();
      running.join();
      assertThat(told.code()).isZero();
      assertThat(told.out()).endsWith("\r\033[4A\033[J" + table);
    }
  }

  @Nested
  class AWrongCommandLine {
    @Test
    void isRefusedWithASentence() throws IOException {
      assertThat(run().err()).isEqualTo("sample: give at least one file, or - for standard input; see --help\n");
      assertThat(run("--top", "0", "x").err()).contains("--top must be a number from 1 on, or all, but was \"0\"");
      assertThat(run("--tip").err()).contains("unknown option --tip; there are: --chaos, --csv, --follow, --help,");
      assertThat(run("--seed", "1", "x").err()).contains("give --chaos N too");
      assertThat(run("--csv=yes").code()).isEqualTo(2);
      Told missing = run(folder.resolve("nothing").toString());
      assertThat(missing.code()).isEqualTo(1);
      assertThat(missing.err()).startsWith("sample: there is no file ");
      assertThat(run("--help").out()).isEqualTo(WordCount.USAGE);
    }
  }
}
