package stage.runtime.pipeline;

import stage.api.pipeline.plan.Site;

/**
 * Says, as a suppressed exception of what a step or a source threw, which one that was, and in its message what a step
 * was given. Has no stack of its own.
 */
final class At extends Exception {
  private static final long serialVersionUID = 1;
  private static final int LONGEST = 200;

  /** For a log. */
  private final String where;

  At(Site site, Object value) {
    super("in " + site + ", given " + shown(value), null, false, false);
    where = "in " + site;
  }

  /** At a source, which is given nothing. */
  private At(Site site) {
    super("in " + site, null, false, false);
    where = "in " + site;
  }

  /** {@return where, and not what: logs print this, and events are user data} */
  @Override
  public String toString() {
    return where;
  }

  private static String shown(Object value) {
    String text;
    try {
      text = String.valueOf(value);
    } catch (RuntimeException thrown) {
      text = "a " + value.getClass().getName() + " whose toString() threw " + thrown.getClass().getName();
    }
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  /** Marks an exception, once for each step. */
  static void mark(Throwable thrown, Site site, Object value) {
    mark(thrown, new At(site, value));
  }

  /** Marks what a source threw. */
  static void mark(Throwable thrown, Site site) {
    mark(thrown, new At(site));
  }

  private static void mark(Throwable thrown, At at) {
    for (Throwable there : thrown.getSuppressed()) {
      if (there instanceof At other && other.getMessage().equals(at.getMessage())) return;
    }
    thrown.addSuppressed(at);
  }
}
