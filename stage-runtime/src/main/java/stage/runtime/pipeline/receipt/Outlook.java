package stage.runtime.pipeline.receipt;

import java.util.Optional;

/** What a source that may hand out nothing more can expect of the rest of its job. */
@FunctionalInterface
public interface Outlook {
  /**
   * {@return why none of its deliveries will ever be answered for, as things stand; empty while any of them may be} The
   * thread of the source's stage, now and then, while nothing else happens there. It takes two calls to find out.
   */
  Optional<String> hopeless();
}
