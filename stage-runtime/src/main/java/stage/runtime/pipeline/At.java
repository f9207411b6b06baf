package stage.runtime.pipeline;

import stage.api.pipeline.plan.Site;

/**
 * Says, as a suppressed exception of what a step threw, which step that was. It does not say what the step was given:
 * exceptions are logged, and events are user data. Has no stack of its own.
 */
final class At extends Exception {
  private static final long serialVersionUID = 1;

  At(Site site) {
    super("in " + site, null, false, false);
  }

  /** Marks an exception, once for each step. */
  static void mark(Throwable thrown, Site site) {
    var at = new At(site);
    for (Throwable there : thrown.getSuppressed()) {
      if (there instanceof At other && other.getMessage().equals(at.getMessage())) return;
    }
    thrown.addSuppressed(at);
  }
}
