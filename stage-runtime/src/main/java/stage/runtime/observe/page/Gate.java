package stage.runtime.observe.page;

import java.util.Optional;
import java.util.Set;

/** What is refused before anybody looks at what was asked for. */
final class Gate {
  private final Set<String> hosts;

  /** Lets in only requests that name this machine and this port, so that no name of somebody else's leads here. */
  Gate(int port) {
    this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
  }

  /** {@return the refusal; empty if the request may pass} */
  Optional<Response> refuse(Request request) {
    if (request.hosts().size() != 1 || !hosts.contains(request.hosts().getFirst())) return refusal(421);
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) return refusal(405);
    if (request.hasBody()) return refusal(413);
    return Optional.empty();
  }

  private static Optional<Response> refusal(int status) {
    return Optional.of(Response.of(status));
  }
}
