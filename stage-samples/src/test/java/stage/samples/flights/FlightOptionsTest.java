package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FlightOptionsTest {
  @Nested
  class WithoutArguments {
    @Test
    void countsTheBuiltInFlightsByOriginAndShowsTen() throws Exception {
      FlightOptions options = FlightOptions.parse();

      assertThat(options.inputs()).containsExactly(new TextInput.BuiltIn());
      assertThat(options.by()).isEqualTo(Key.ORIGIN);
      assertThat(options.top()).isEqualTo(10);
      assertThat(options.format()).isEqualTo(TableFormat.PLAIN);
      assertThat(options.parsers()).isEqualTo(2);
      assertThat(options.partitions()).isEqualTo(4);
      assertThat(options.rejects()).isEmpty();
      assertThat(options.chaos()).isEmpty();
      assertThat(options.follow() || options.quiet() || options.help()).isFalse();
    }
  }

  @Nested
  class WithArguments {
    @Test
    void takesOptionsAndFilesInAnyOrder() throws Exception {
      FlightOptions options =
          FlightOptions.parse("a.csv", "--by", "route", "-", "--top=3", "b.csv.gz", "--json", "--quiet",
          "--rejects", "bad.tsv",
          "--partitions", "2", "--parsers", "3");

      assertThat(options.inputs()).containsExactly(file("a.csv"), new TextInput.StandardInput(), file("b.csv.gz"));
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
      assertThat(FlightOptions.parse("--by", key.word()).by()).isEqualTo(key);
    }

    @Test
    void showsEveryLineWithTopAll() throws Exception {
      assertThat(FlightOptions.parse("--top", "all").top()).isEqualTo(FlightOptions.ALL);
    }

    @Test
    void takesEverythingAfterTwoHyphensForAFile() throws Exception {
      assertThat(FlightOptions.parse("--csv", "--", "--json", "--by").inputs()).containsExactly(file("--json"),
          file("--by"));
    }

    @Test
    void ofAnOptionGivenTwiceTheLastCounts() throws Exception {
      assertThat(FlightOptions.parse("--top", "1", "--top", "2").top()).isEqualTo(2);
    }

    @Test
    void crashesAsOftenAndWhereItIsToldTo() throws Exception {
      assertThat(FlightOptions.parse("--chaos", "1000").chaos()).contains(new Chaos.Wish(1000, OptionalLong.empty()));
      assertThat(FlightOptions.parse("--seed=-7", "--chaos=1").chaos())
          .contains(new Chaos.Wish(1, OptionalLong.of(-7)));
    }

    @Test
    void followsAFile() throws Exception {
      assertThat(FlightOptions.parse("--follow", "a.csv").follow()).isTrue();
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
    "--chaos                | --chaos needs a value: a number from 1 to 1000000",
    "--chaos 0              | --chaos must be a number from 1 to 1000000, but was \"0\"",
    "--chaos 1000001        | --chaos must be a number from 1 to 1000000, but was \"1000001\"",
    "--chaos many           | --chaos must be a number from 1 to 1000000, but was \"many\"",
    "--chaos 5 --seed       | --seed needs a value: a whole number",
    "--chaos 5 --seed x     | --seed must be a whole number of at most 64 bits, but was \"x\"",
    "--watch=99999          | --watch must be a port from 0 to 65535, or tty, but was \"99999\"",
    "--watch=page           | --watch must be a port from 0 to 65535, or tty, but was \"page\"",
    "--seed 5               | --seed says where --chaos crashes; give --chaos N too, or leave it out",
      "--chaos 5 --follow a   | --chaos and --follow exclude each other: a reader that is restarted could not find a file again that was replaced",
      "--out-of-order 1h      | --out-of-order says what is late for a window; give --window too, or leave it out",
      "--window 1h --by-hand  | --by-hand and --window exclude each other: only the pipeline has windows",
      "-x                     | unknown option -x; there are: --by, --top, --window, --out-of-order, --csv, --json, --follow, --rejects, --by-hand, --parsers, --partitions, --chaos, --seed, --watch, --quiet, --help",
      "--frobnicate=1         | unknown option --frobnicate; there are: --by, --top, --window, --out-of-order, --csv, --json, --follow, --rejects, --by-hand, --parsers, --partitions, --chaos, --seed, --watch, --quiet, --help",
  })
  void refusesWhatMakesNoSense(String line, String sentence) {
    assertThatThrownBy(() -> FlightOptions.parse(line.split(" "))).isInstanceOf(UsageError.class).hasMessage(sentence);
  }

  private static TextInput file(String name) {
    return new TextInput.File(Path.of(name));
  }
}
