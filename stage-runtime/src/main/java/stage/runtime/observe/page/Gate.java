package stage.runtime.observe.page;

import java.util.Optional;
import java.util.Set;

/** What is refused before anybody looks at what was asked for. */
final class Gate {
  private final Set<String> hosts;
  private final boolean letsPost;

  /**
   * Lets in only requests that name this machine and this port, so that no name of someone else's leads here.
   *
   * @param port where the page is
   * @param letsPost whether there is anything on it that changes something
   */
  Gate(int port, boolean letsPost) {
    this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
    this.letsPost = letsPost;
  }

  /** {@return the refusal; empty if the request may pass} */
  Optional<Response> refuse(Request request) {
    if (request.only("host").filter(hosts::contains).isEmpty()) return refusal(421);
    boolean isKnown = switch (request.method()) {
      case "GET", "HEAD" -> true;
      case "POST" -> letsPost;
      default -> false;
    };
    if (!isKnown) return refusal(405);
    return request.hasBody() ? refusal(413) : Optional.empty();
  }

  private static Optional<Response> refusal(int status) {
    return Optional.of(Response.of(status));
  }
}
