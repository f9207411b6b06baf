package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTest {
  @ParameterizedTest
  @ValueSource(strings = {
    "date,delay,distance,origin,destination\nfirst\nsecond\n",
    "date,delay,distance,origin,destination\r\nfirst\nsecond\n",
    "\uFEFFdate,delay,distance,origin,destination\nfirst\nsecond\n"
  })
  void isTakenOff(String text) throws JobFailed {
    LineBlock rest = Header.takeOff(block(text));

    assertThat(SampleLines.text(rest)).isEqualTo("first\nsecond\n");
    assertThat(rest.firstLine()).isEqualTo(2);
    assertThat(rest.lines()).isEqualTo(2);
  }

  @Test
  void mayBeAll() throws JobFailed {
    assertThat(Header.takeOff(block("date,delay,distance,origin,destination")).size()).isZero();
  }

  @Test
  void isMissedWhenTheFirstLineIsAFlight() {
    assertThatThrownBy(() -> Header.takeOff(block("2001-01-01T00:47,66,1750,DTW,LAS\n")))
        .isInstanceOf(JobFailed.class)
        .hasMessage("a.csv has no header: its first line must be date,delay,distance,origin,destination,"
            + " but is \"2001-01-01T00:47,66,1750,DTW,LAS\"");
  }

  @Test
  void isKnownInAnotherOrder() {
    assertThatThrownBy(() -> Header.takeOff(block("delay,date,distance,origin,destination\n")))
        .isInstanceOf(JobFailed.class)
        .hasMessage("a.csv has its columns in another order: they must be date,delay,distance,origin,destination,"
            + " but are delay,date,distance,origin,destination");
  }

  @Test
  void isShownWithoutWhatWouldUpsetATerminal() {
    assertThatThrownBy(() -> Header.takeOff(block("\033[31m" + "x".repeat(100) + "\n")))
        .hasMessageEndingWith("but is \"?[31m" + "x".repeat(35) + "…\"");
  }

  private static LineBlock block(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new LineBlock(0, "a.csv", 1, LineFeeds.count(bytes, 0, bytes.length), bytes, 0, bytes.length);
  }
}
