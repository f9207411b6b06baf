package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PipeTest {
  private final Pipe pipe =
      new Pipe(new OpenInput("a pipe", SampleLines.inPiecesOf(4, SampleLines.bytes("0123456789"))));

  @Test
  void givesWhatThereIs() throws IOException {
    assertThat(read(4)).isEqualTo("0123");
    assertThat(read(2)).isEqualTo("45");
    assertThat((char) pipe.read()).isEqualTo('6');
    assertThat(read(10)).isEqualTo("789");
    assertThat(pipe.read()).isEqualTo(-1);
    assertThat(pipe.read(new byte[3])).isEqualTo(-1);
  }

  @Nested
  class WhenItsReaderGoesBack {
    @Test
    void givesTheSameAgainAndThenTheRest() throws IOException {
      read(4);
      read(2);

      assertThat(pipe.goBackTo(1)).isEqualTo(1);
      assertThat(read(4)).isEqualTo("1234");
      assertThat(read(4)).isEqualTo("5");
      assertThat(read(4)).isEqualTo("6789");

      assertThat(pipe.goBackTo(0)).isZero();
      assertThat(new String(pipe.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("0123456789");
    }

    @Test
    void stillHasWhatIsKept() throws IOException {
      read(4);
      pipe.keepFrom(3);
      read(2);
      pipe.keepFrom(2);   // gone already

      assertThat(pipe.goBackTo(3)).isEqualTo(3);
      assertThat(new String(pipe.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("3456789");
    }

    @Test
    void goesOnBehindWhatWasPassedOver() throws IOException {
      read(4);
      pipe.mark(0);
      read(2);

      assertThat(pipe.goBackTo(1)).isEqualTo(4);
      assertThat(read(4)).isEqualTo("45");
    }
  }

  @Test
  void keepsNothingOfTheRestOfALongLine() throws IOException {
    Pipe endless = new Pipe(new OpenInput("a pipe",
        SampleLines.inPiecesOf(1000, SampleLines.bytes("x".repeat(10 * LineBlock.MOST_BYTES) + "\nnext\n"))));
    LineCutter cutter = new LineCutter("a pipe");
    cutter.next(endless);
    long place = cutter.offset();
    cutter.next(endless);

    assertThat(endless.goBackTo(place)).isGreaterThan(9 * LineBlock.MOST_BYTES);
  }

  private String read(int most) throws IOException {
    byte[] bytes = new byte[most];
    return new String(bytes, 0, pipe.read(bytes, 0, most), StandardCharsets.US_ASCII);
  }
}
