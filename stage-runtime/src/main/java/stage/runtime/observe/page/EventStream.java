package stage.runtime.observe.page;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import stage.api.observe.StageEvent;

/** What a client of the stream is sent: first what the page can do, then the tree, and what has happened. */
final class EventStream {
  private final TreeFeed tree;
  private final History history;
  private final Rendering rendering;
  private final String abilities;

  EventStream(TreeFeed tree, History history, Rendering rendering, String abilities) {
    this.tree = tree;
    this.history = history;
    this.rendering = rendering;
    this.abilities = abilities;
  }

  /** How much of what happened one client has been told. Its own thread only. */
  static final class Position {
    private final TreeFeed.Position tree = new TreeFeed.Position();
    private long seen;
  }

  /** {@return where a browser that connects now begins} */
  Position begin() {
    var position = new Position();
    position.seen = history.after(Long.MAX_VALUE).count();
    return position;
  }

  /** {@return the head of the stream, and what comes first} */
  byte[] greeting() {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Response.stream().head(true));
    put(bytes, "page", abilities.getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }

  /**
   * {@return what has happened, and what brings the client's tree up to date}
   *
   * @param position of this client
   * @param nowNanos what time it is
   */
  byte[] next(Position position, long nowNanos) {
    var bytes = new ByteArrayOutputStream();
    History.News news = history.after(position.seen);
    position.seen = news.count();
    for (StageEvent event : news.events()) {
      put(bytes, "stage", rendering.event(event).getBytes(StandardCharsets.UTF_8));
    }
    for (TreeFeed.Message message : tree.next(position.tree, nowNanos)) {
      put(bytes, message.event(), message.data().getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void put(ByteArrayOutputStream bytes, String event, byte[] data) {
    bytes.writeBytes(("event: " + event + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(data);
    bytes.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
  }
}
