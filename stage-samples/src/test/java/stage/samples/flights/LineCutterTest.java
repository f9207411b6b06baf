package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineCutterTest {
  private final LineCutter cutter = new LineCutter("some input");

  @Test
  void handsOutWholeLinesWithTheirNumbers() throws IOException {
    LineBlock block = cutter.next(new ByteArrayInputStream(SampleLines.bytes("one\ntwo\n")));

    assertThat(SampleLines.text(block)).isEqualTo("one\ntwo\n");
    assertThat(block.input()).isEqualTo("some input");
    assertThat(block.firstLine()).isEqualTo(1);
    assertThat(block.lines()).isEqualTo(2);
  }

  @Test
  void keepsALineThatIsNotFinishedForTheNextBlock() throws IOException {
    InputStream in = SampleLines.inPiecesOf(6, SampleLines.bytes("one\ntwo\nthree\n"));

    assertThat(SampleLines.text(cutter.next(in))).isEqualTo("one\n");
    LineBlock second = cutter.next(in);
    assertThat(SampleLines.text(second)).isEqualTo("two\n");
    assertThat(second.firstLine()).isEqualTo(2);
    assertThat(SampleLines.text(cutter.next(in))).isEqualTo("three\n");
    assertThat(cutter.next(in)).isNull();
    assertThat(cutter.rest()).isNull();
  }

  @Test
  void atTheEndGivesTheLastLineOnlyWhenAskedForIt() throws IOException {
    InputStream in = new ByteArrayInputStream(SampleLines.bytes("one\ntw"));
    cutter.next(in);

    assertThat(cutter.next(in)).isNull();
    LineBlock rest = cutter.rest();
    assertThat(SampleLines.text(rest)).isEqualTo("tw");
    assertThat(rest.firstLine()).isEqualTo(2);
    assertThat(rest.lines()).isEqualTo(1);
  }

  @Test
  void finishesALineWhoseEndCameLater() throws IOException {
    assertThat(cutter.next(new ByteArrayInputStream(SampleLines.bytes("on")))).isNull();

    LineBlock block = cutter.next(new ByteArrayInputStream(SampleLines.bytes("e\n")));
    assertThat(SampleLines.text(block)).isEqualTo("one\n");
    assertThat(block.firstLine()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096, LineBlock.MOST_BYTES - 1, LineBlock.MOST_BYTES, 1 << 20})
  void losesNothingAndMiscountsNothingHoweverTheInputComes(int piece) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 1; text.length() < 3 * LineBlock.MOST_BYTES; i++)
      text.append("line ").append(i).append("x".repeat(i % 50)).append('\n');
    InputStream in = SampleLines.inPiecesOf(piece, SampleLines.bytes(text.toString()));

    StringBuilder seen = new StringBuilder();
    long line = 1;
    for (LineBlock block : blocks(in)) {
      String blockText = SampleLines.text(block);
      assertThat(block.firstLine()).isEqualTo(line);
      assertThat(blockText).startsWith("line " + line).endsWith("\n");
      assertThat(blockText.lines().count()).isEqualTo(block.lines());
      line += block.lines();
      seen.append(blockText);
    }
    assertThat(seen).hasToString(text.toString());
  }

  @Nested
  class OfALineThatFitsInNoBlock {
    @ParameterizedTest
    @ValueSource(ints = {1, 1000, LineBlock.MOST_BYTES, 1 << 20})
    void handsOutTheBeginningAndSkipsTheRest(int piece) throws IOException {
      String endless = "x".repeat(3 * LineBlock.MOST_BYTES + 17);
      List<LineBlock> blocks =
          blocks(SampleLines.inPiecesOf(piece, SampleLines.bytes("one\n" + endless + "\nthree\nfour\n")));

      assertThat(SampleLines.text(blocks.get(0))).isEqualTo("one\n");
      LineBlock cutOff = blocks.get(1);
      assertThat(SampleLines.text(cutOff)).isEqualTo("x".repeat(LineBlock.MOST_BYTES));
      assertThat(cutOff.lines()).isEqualTo(1);
      assertThat(cutOff.firstLine()).isEqualTo(2);
      assertThat(blocks.get(2).firstLine()).isEqualTo(3);
      assertThat(text(blocks.subList(2, blocks.size()))).isEqualTo("three\nfour\n");
    }

    @Test
    void isDoneWithItAtTheEndOfTheInput() throws IOException {
      InputStream in = new ByteArrayInputStream(new byte[2 * LineBlock.MOST_BYTES + 5]);

      assertThat(cutter.next(in).size()).isEqualTo(LineBlock.MOST_BYTES);
      assertThat(cutter.next(in)).isNull();
      assertThat(cutter.rest()).isNull();
    }
  }

  private List<LineBlock> blocks(InputStream in) throws IOException {
    List<LineBlock> blocks = new ArrayList<>();
    for (LineBlock block = cutter.next(in); block != null; block = cutter.next(in)) blocks.add(block);
    return blocks;
  }

  private static String text(List<LineBlock> blocks) {
    StringBuilder text = new StringBuilder();
    for (LineBlock block : blocks) text.append(SampleLines.text(block));
    return text.toString();
  }
}
