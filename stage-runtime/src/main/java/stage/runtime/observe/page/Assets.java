package stage.runtime.observe.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/** The files that make up the page. They are in the jar of this class; nothing else is ever read. */
final class Assets {
  private final Response html = load("page.html", "text/html; charset=utf-8");
  private final Response css = load("page.css", "text/css; charset=utf-8");
  private final Response script = load("page.js", "text/javascript; charset=utf-8");

  private static Response load(String name, String type) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) throw new IllegalStateException("the jar of stage.runtime has lost its resource " + name);
      return Response.ok(type, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return the file for exactly this path} */
  Optional<Response> at(String path) {
    return switch (path) {
      case "/" -> Optional.of(html);
      case "/page.css" -> Optional.of(css);
      case "/page.js" -> Optional.of(script);
      default -> Optional.empty();
    };
  }
}
