package stage.samples.flights;

import java.nio.charset.StandardCharsets;
import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;

/**
 * The second stage, several times: makes rows of lines, a flight of each sound one and a {@link Reject} of each
 * malformed one.
 *
 * <p>It keeps nothing from one turn to the next but the key cache, which may be lost; so there can be as many of it as
 * there are cores, each takes the next block when it is done with one, and it is easy to restart. That is why a block
 * brings the number of its first line.
 */
final class FlightParser implements Stage.ProducerConsumer<LineBlock, Row> {
  private static final int MOST_TEXT = 4096;

  private final LineParser lines;

  FlightParser(Key by) {
    lines = new LineParser(by);
  }

  @Override
  public void onEvents(List<LineBlock> blocks, Inlet<LineBlock> from, Outlet<Row> out) {
    for (LineBlock block : blocks) parse(block, out);
  }

  private void parse(LineBlock block, Outlet<Row> out) {
    byte[] bytes = block.bytes();
    int to = block.to();
    long line = block.firstLine();
    int at = block.from();
    while (at < to) {
      Flight flight = lines.parse(bytes, at, to);
      if (flight != null) {
        out.emit(flight);
        at = lines.next();
      } else {
        int next = LineFeeds.endOfFirst(bytes, at, to);
        out.emit(reject(block, line, at, bytes[next - 1] == '\n' ? next - 1 : next));
        at = next;
      }
      line++;
    }
  }

  static Reject reject(LineBlock block, long line, int from, int to) {
    return reject(block, line, from, to,
        Header.isAt(block.bytes(), from, to) ? Reject.HEADER : Complaint.about(block.bytes(), from, to));
  }

  static Reject reject(LineBlock block, long line, int from, int to, String reason) {
    String text = new String(block.bytes(), from, Math.min(to - from, MOST_TEXT), StandardCharsets.UTF_8);
    return new Reject(block.number(), block.input(), line, reason, text);
  }
}
