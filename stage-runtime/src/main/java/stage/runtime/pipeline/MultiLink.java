package stage.runtime.pipeline;

import stage.api.pipeline.Multi;

/** Makes many of one, which the user's function hands over. */
final class MultiLink extends Link {
  private final Multi<Object, Object> fn;

  MultiLink(Multi<Object, Object> fn) {
    this.fn = fn;
  }

  /** Carries what a later link threw through the user's function. */
  private static final class Later extends RuntimeException {
    private static final long serialVersionUID = 1;

    Later(Exception cause) {
      super("a later step threw", cause, false, false);
    }
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Later[] later = {null};
    try {
      fn.apply(value, each -> {
        if (each == null) throw new NullPointerException("mapMulti passed a null on, and no element may be null");
        if (chain.isDoneBehind(place) || later[0] != null) return;
        try {
          chain.expands(place);
          next.push(each, t, w);
        } catch (Exception thrown) {
          later[0] = new Later(thrown);
          throw later[0];
        }
      });
    } catch (Exception thrown) {
      if (later[0] == null) throw chain.failed(step, this, value, t, w, thrown);
    }
    if (later[0] != null) throw (Exception) later[0].getCause();
  }
}
