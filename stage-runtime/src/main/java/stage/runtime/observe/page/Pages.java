package stage.runtime.observe.page;

import java.util.Optional;

/** What is found where. Paths are compared as a whole: there are no others, no queries and no files. Any thread. */
final class Pages {
  static final String EVENTS = "/events";

  private final Gate gate;
  private final Assets assets = new Assets();
  private final LiveTree tree;
  private final Controls controls;

  Pages(Gate gate, LiveTree tree, Controls controls) {
    this.gate = gate;
    this.tree = tree;
    this.controls = controls;
  }

  /** {@return the answer; empty if that is the stream of events} */
  Optional<Response> answer(Optional<Request> request) {
    if (request.isEmpty()) return Optional.of(Response.of(400));
    Optional<Response> refusal = gate.refuse(request.get());
    if (refusal.isPresent()) return refusal;
    boolean changes = request.get().method().equals("POST");
    if (changes) return Optional.of(controls.act(request.get()));
    return switch (request.get().target()) {
      case EVENTS -> request.get().isHead() ? Optional.of(Response.stream()) : Optional.empty();
      case "/tree.json" -> Optional.of(Response.json(tree.json()));
      case "/stack" -> Optional.of(controls.stacks(request.get()));
      default -> Optional.of(assets.at(request.get().target()).orElseGet(() -> Response.of(404)));
    };
  }
}
