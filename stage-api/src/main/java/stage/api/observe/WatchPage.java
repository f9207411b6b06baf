package stage.api.observe;

import java.net.URI;

/**
 * A web page that shows a running scope. Closing it, or the scope, ends the server behind it.
 *
 * @since 0.1
 */
public interface WatchPage extends Registration {
  /**
   * {@return where a browser on this machine finds it, such as {@code http://127.0.0.1:8080/}} If the page shows stacks
   * or has controls, its token is in the fragment, as in {@code http://127.0.0.1:8080/#token=4f1c…}: a browser does
   * not send that to the server; the page's own script reads it. Treat such an address as a password.
   */
  URI address();
}
