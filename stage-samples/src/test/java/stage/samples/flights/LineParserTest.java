package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineParserTest {
  private static final String SOUND = "2001-01-31T07:05,-12,1750,DTW,LAS";

  @ParameterizedTest
  @CsvSource({"ORIGIN, DTW", "DESTINATION, LAS", "ROUTE, DTW-LAS", "DAY, 2001-01-31", "HOUR, 07"})
  void findsTheKeyAndTheDelay(Key by, String key) {
    assertThat(parse(by, SOUND)).isEqualTo(new Flight(key, -12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n", "\r"})
  void takesAnyEndOfLine(String end) {
    byte[] bytes = SampleLines.bytes(SOUND + end);
    LineParser parser = new LineParser(Key.DESTINATION);

    assertThat(parser.parse(bytes, 0, bytes.length)).isEqualTo(new Flight("LAS", -12));
    assertThat(parser.next()).isEqualTo(bytes.length);
  }

  @Test
  void goesOnAfterTheLine() {
    byte[] bytes = SampleLines.bytes(SOUND + "\n2001-01-31T07:06,3,2,SFO,SEA\n");
    LineParser parser = new LineParser(Key.ORIGIN);
    parser.parse(bytes, 0, bytes.length);

    assertThat(parser.parse(bytes, parser.next(), bytes.length)).isEqualTo(new Flight("SFO", 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "2001-01-31T07:05,-1440,0,D,L", "2001-01-31T07:05,10080,99999,K1234567,abc", "2000-02-29T00:00,0,1,DTW,LAS",
    "2004-02-29T23:59,-0,1,DTW,LAS", "2001-01-31T07:05,007,1,DTW,LAS"})
  void takesWhatIsJustAllowed(String line) {
    assertThat(parse(Key.ORIGIN, line)).isNotNull();
    assertThat(complaint(line)).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(delimiter = '|', emptyValue = "", value = {
    "''                                       | the line is empty",
    "hello                                    | there must be 5 columns, but there is 1",
    "2001-01-31T07:05,-12,1750,DTW            | there must be 5 columns, but there are 4",
    "2001-01-31T07:05,-12,1750,DTW,LAS,       | there must be 5 columns, but there are 6",
      "2001-02-29T07:05,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-02-29T07:05\"",
      "1900-02-29T07:05,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"1900-02-29T07:05\"",
      "2001-04-31T07:05,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-04-31T07:05\"",
      "2001-13-01T07:05,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-13-01T07:05\"",
      "2001-00-01T07:05,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-00-01T07:05\"",
      "2001-01-00T07:05,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-01-00T07:05\"",
      "2001-01-31T24:00,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-01-31T24:00\"",
      "2001-01-31T07:60,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-01-31T07:60\"",
      "2001-01-31 07:05,-12,1750,DTW,LAS        | date must be a day and time like 2001-01-31T07:05, but is \"2001-01-31 07:05\"",
      "2001-01-31T07:05:00,-12,1750,DTW,LAS     | date must be a day and time like 2001-01-31T07:05, but is \"2001-01-31T07:05:00\"",
      "2001-1-31T07:05,-12,1750,DTW,LAS         | date must be a day and time like 2001-01-31T07:05, but is \"2001-1-31T07:05\"",
    "2001-01-31T07:05,,1750,DTW,LAS           | delay must be a whole number from -1440 to 10080, but is \"\"",
    "2001-01-31T07:05,NA,1750,DTW,LAS         | delay must be a whole number from -1440 to 10080, but is \"NA\"",
    "2001-01-31T07:05,1.5,1750,DTW,LAS        | delay must be a whole number from -1440 to 10080, but is \"1.5\"",
    "2001-01-31T07:05,+5,1750,DTW,LAS         | delay must be a whole number from -1440 to 10080, but is \"+5\"",
    "2001-01-31T07:05,-,1750,DTW,LAS          | delay must be a whole number from -1440 to 10080, but is \"-\"",
    "2001-01-31T07:05,-1441,1750,DTW,LAS      | delay must be a whole number from -1440 to 10080, but is \"-1441\"",
    "2001-01-31T07:05,10081,1750,DTW,LAS      | delay must be a whole number from -1440 to 10080, but is \"10081\"",
      "2001-01-31T07:05,99999999999,1,DTW,LAS   | delay must be a whole number from -1440 to 10080, but is \"99999999999\"",
      "2001-01-31T07:05,000000000000000000001,1,DTW,LAS | delay must be a whole number from -1440 to 10080, but is \"000000000000000000001\"",
    "2001-01-31T07:05,-12,-1,DTW,LAS          | distance must be a whole number from 0 to 99999, but is \"-1\"",
    "2001-01-31T07:05,-12,,DTW,LAS            | distance must be a whole number from 0 to 99999, but is \"\"",
    "2001-01-31T07:05,-12,100000,DTW,LAS      | distance must be a whole number from 0 to 99999, but is \"100000\"",
    "2001-01-31T07:05,-12,1750,,LAS           | origin must be an airport's code like DTW, but is \"\"",
    "2001-01-31T07:05,-12,1750,DTW-X,LAS      | origin must be an airport's code like DTW, but is \"DTW-X\"",
    "2001-01-31T07:05,-12,1750,DTW,           | destination must be an airport's code like DTW, but is \"\"",
    "2001-01-31T07:05,-12,1750,DTW,LAS VEGAS  | destination must be an airport's code like DTW, but is \"LAS VEGAS\"",
    "2001-01-31T07:05,-12,1750,DTW,ABCDEFGHI  | destination must be an airport's code like DTW, but is \"ABCDEFGHI\""
  })
  void fl08_refusesAMalformedLineAndSaysWhy(String line, String complaint) {
    assertThat(parse(Key.ROUTE, line)).isNull();
    assertThat(complaint(line)).isEqualTo(complaint);
  }

  @Test
  void refusesALineThatIsTooLong() {
    String line = "x".repeat(LineParser.MOST_BYTES + 1);

    assertThat(parse(Key.ORIGIN, line)).isNull();
    assertThat(complaint(line)).isEqualTo("the line is longer than 1024 bytes");
  }

  /**
   * The parser and the complaint know the same rules apart; a line that one of them alone refuses would be counted
   * wrongly or blamed.
   */
  @Test
  void andItsComplaintAgreeOnEveryLine() {
    Random random = new Random(42);
    LineParser parser = new LineParser(Key.ROUTE);
    String letters = "0123459-,.:TADW \r\t\0é";
    for (int round = 0; round < 100_000; round++) {
      StringBuilder line = new StringBuilder(SOUND);
      for (int i = random.nextInt(4); i > 0; i--) {
        int at = random.nextInt(line.length());
        char c = letters.charAt(random.nextInt(letters.length()));
        switch (random.nextInt(3)) {
          case 0 -> line.setCharAt(at, c);
          case 1 -> line.insert(at, c);
          default -> line.deleteCharAt(at);
        }
      }
      byte[] bytes = SampleLines.bytes(line.toString());
      boolean parsed = parser.parse(bytes, 0, bytes.length) != null;
      String complaint = Complaint.about(bytes, 0, bytes.length);
      if (parsed != complaint.isEmpty())
        fail("%s is %s, but the complaint is \"%s\"", line, parsed ? "parsed" : "refused", complaint);
    }
  }

  @Test
  void givesTheSameStringForTheSameKey() {
    LineParser parser = new LineParser(Key.ROUTE);
    byte[] bytes = SampleLines.bytes(SOUND);

    assertThat(parser.parse(bytes, 0, bytes.length).key()).isSameAs(parser.parse(bytes, 0, bytes.length).key());
  }

  @Test
  void knowsMoreKeysThanItCaches() {
    KeyCache keys = new KeyCache();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 40_000; i++) {
        byte[] bytes = SampleLines.bytes("A" + i);
        assertThat(keys.key(bytes, 0, bytes.length)).isEqualTo("A" + i);
      }
    }
  }

  private static Flight parse(Key by, String line) {
    byte[] bytes = SampleLines.bytes(line);
    return new LineParser(by).parse(bytes, 0, bytes.length);
  }

  private static String complaint(String line) {
    byte[] bytes = SampleLines.bytes(line);
    return Complaint.about(bytes, 0, bytes.length);
  }
}
