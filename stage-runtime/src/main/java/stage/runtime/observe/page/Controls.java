package stage.runtime.observe.page;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import stage.api.StageRef;
import stage.api.observe.PageSpec;
import stage.runtime.supervision.Observed;

/** What there is on a page for those who have its token. A request names the stage by its number, in a header. */
final class Controls {
  private static final System.Logger LOGGER = System.getLogger("stage.page");
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  private final Observed scope;
  private final Rendering rendering;
  private final PageSpec spec;
  private final Token token = Token.random();

  Controls(Observed scope, Rendering rendering, PageSpec spec) {
    this.scope = scope;
    this.rendering = rendering;
    this.spec = spec;
  }

  /** {@return what stands behind the page's address and tells its script the token; a browser sends it to nobody} */
  String fragment() {
    return spec.needsToken() ? "#token=" + token.text() : "";
  }

  /** {@return what the page's script may offer, as JSON} */
  String abilities() {
    return "{\"stacks\":" + spec.showsStacks() + ",\"controls\":" + spec.hasControls() + "}";
  }

  /** {@return where the threads of a stage are} */
  Response stacks(Request request) {
    if (!spec.showsStacks()) return Response.of(404);
    if (!hasToken(request)) return Response.of(403);
    return stage(request).map(stage -> Response.json(rendering.threads(scope, stage.path()))).orElse(Response.of(404));
  }

  /** Pauses, resumes or kills a stage. Only the page's own script can send such a request: see {@link #isOfThePage}. */
  Response act(Request request) {
    Consumer<StageRef<?>> action = switch (request.target()) {
      case "/pause" -> StageRef::pause;
      case "/resume" -> StageRef::resume;
      case "/kill" -> StageRef::kill;
      default -> null;
    };
    if (action == null || !spec.hasControls()) return Response.of(404);
    if (!hasToken(request) || !isOfThePage(request)) return Response.of(403);
    Optional<StageRef<?>> stage = stage(request);
    if (stage.isEmpty()) return Response.of(404);
    LOGGER.log(System.Logger.Level.INFO,
        "the page of scope " + scope.path() + " was told: " + request.target().substring(1)
        + " " + stage.get().path());
    action.accept(stage.get());
    return Response.of(204);
  }

  private boolean hasToken(Request request) {
    return request.only("stage-token").filter(token::is).isPresent();
  }

  /** A form on another site can send a {@code POST}, but with that site's origin; and it has not the token's header. */
  private static boolean isOfThePage(Request request) {
    Optional<String> own = request.only("host").map(host -> "http://" + host);   // the gate has let only our own in
    return own.isPresent() && request.only("origin").equals(own)
        && request.only("sec-fetch-site").filter(OWN_SITE::contains).isPresent();
  }

  private Optional<StageRef<?>> stage(Request request) {
    return request.only("stage-id").filter(id -> id.matches("[0-9]{1,18}"))
        .flatMap(id -> scope.stage(Long.parseLong(id)));
  }
}
