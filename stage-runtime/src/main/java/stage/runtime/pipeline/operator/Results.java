package stage.runtime.pipeline.operator;

import java.util.List;

/** Makes results outside of any element, where a user function that throws costs that result. */
final class Results {
  private Results() {}

  /** What a result is made of, where each part is kept by itself. */
  record Parts(List<Object> parts) {}

  interface Making {
    Object make() throws Exception;
  }

  /** {@return the result; null if the run has settled that there is none} */
  static Object orNull(Output<?> out, Object subject, KeyedTable table, int place) throws Exception {
    if (table instanceof LongTable) return table.raw(place);
    return orNull(out, subject, table.raw(place), () -> table.result(place));
  }

  static Object orNull(Output<?> out, Object subject, Object kept, Making making) throws Exception {
    while (true) {
      try {
        return making.make();
      } catch (Exception failed) {
        if (failed instanceof InterruptedException) throw failed;
        if (out.retry(subject, failed)) continue;
        if (kept instanceof Parts(List<Object> parts)) parts.forEach(out::lost);
        else out.lost(kept);
        return null;
      }
    }
  }
}
