package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OptionsTest {
  @Nested
  class WithoutArguments {
    @Test
    void countsTheBuiltInFlightsByOriginAndShowsTen() throws Exception {
      Options options = Options.parse();

      assertThat(options.inputs()).containsExactly(new Input.BuiltIn());
      assertThat(options.by()).isEqualTo(Key.ORIGIN);
      assertThat(options.top()).isEqualTo(10);
      assertThat(options.format()).isEqualTo(TableFormat.PLAIN);
      assertThat(options.parsers()).isEqualTo(2);
      assertThat(options.partitions()).isEqualTo(4);
      assertThat(options.rejects()).isEmpty();
      assertThat(options.follow() || options.quiet() || options.help()).isFalse();
    }
  }

  @Nested
  class WithArguments {
    @Test
    void takesOptionsAndFilesInAnyOrder() throws Exception {
      Options options = Options.parse("a.csv", "--by", "route", "-", "--top=3", "b.csv.gz", "--json", "--quiet", "--rejects", "bad.tsv",
          "--partitions", "2", "--parsers", "3");

      assertThat(options.inputs()).containsExactly(file("a.csv"), new Input.StandardInput(), file("b.csv.gz"));
      assertThat(options.by()).isEqualTo(Key.ROUTE);
      assertThat(options.top()).isEqualTo(3);
      assertThat(options.format()).isEqualTo(TableFormat.JSON);
      assertThat(options.quiet()).isTrue();
      assertThat(options.rejects()).contains(Path.of("bad.tsv"));
      assertThat(options.partitions()).isEqualTo(2);
      assertThat(options.parsers()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void knowsEveryKeyByItsWord(Key key) throws Exception {
      assertThat(Options.parse("--by", key.word()).by()).isEqualTo(key);
    }

    @Test
    void showsEveryLineWithTopAll() throws Exception {
      assertThat(Options.parse("--top", "all").top()).isEqualTo(Options.ALL);
    }

    @Test
    void takesEverythingAfterTwoHyphensForAFile() throws Exception {
      assertThat(Options.parse("--csv", "--", "--json", "--by").inputs()).containsExactly(file("--json"), file("--by"));
    }

    @Test
    void ofAnOptionGivenTwiceTheLastCounts() throws Exception {
      assertThat(Options.parse("--top", "1", "--top", "2").top()).isEqualTo(2);
    }

    @Test
    void followsAFile() throws Exception {
      assertThat(Options.parse("--follow", "a.csv").follow()).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(delimiter = '|', value = {
    "--by                   | --by needs a value: one of origin, destination, route, day, hour",
    "--by carrier           | --by must be one of origin, destination, route, day, hour, but was \"carrier\"",
    "--by Origin            | --by must be one of origin, destination, route, day, hour, but was \"Origin\"",
    "--top                  | --top needs a value: a number from 1 on, or all",
    "--top 0                | --top must be a number from 1 on, or all, but was \"0\"",
    "--top=-3               | --top must be a number from 1 on, or all, but was \"-3\"",
    "--top ten              | --top must be a number from 1 on, or all, but was \"ten\"",
    "--top 99999999999      | --top must be a number from 1 on, or all, but was \"99999999999\"",
    "--partitions 257       | --partitions must be a number from 1 to 256, but was \"257\"",
    "--parsers none         | --parsers must be a number from 1 to 256, but was \"none\"",
    "--rejects              | --rejects needs a value: a file to write",
    "--csv --json           | --csv and --json exclude each other; give one of them",
    "--csv=yes              | --csv takes no value, but was given as --csv=yes",
    "- -                    | standard input (-) can be read once only, but was given more than once",
    "--follow               | --follow needs a file that can grow as its last input, but that is the built-in one",
    "--follow a.csv -       | --follow needs a file that can grow as its last input, but that is standard input, which is read to its end anyway",
    "-x                     | unknown option -x; there are: --by, --top, --csv, --json, --follow, --rejects, --parsers, --partitions, --quiet, --help",
    "--frobnicate=1         | unknown option --frobnicate; there are: --by, --top, --csv, --json, --follow, --rejects, --parsers, --partitions, --quiet, --help",
  })
  void refusesWhatMakesNoSense(String line, String sentence) {
    assertThatThrownBy(() -> Options.parse(line.split(" "))).isInstanceOf(UsageError.class).hasMessage(sentence);
  }

  private static Input file(String name) {
    return new Input.File(Path.of(name));
  }
}
