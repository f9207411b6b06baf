package stage.runtime.pipeline.operator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import stage.api.pipeline.All;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Reducing;
import stage.api.pipeline.plan.Site;

/** Windows for tests, whose times are plain nanoseconds. */
final class TestWindows {
  static final Reducing COUNT = new Reducing.Count();
  static final Reducing SUM = new Reducing.Sum(value -> ((Number) value).longValue());
  static final Reducing LIST = new Reducing.ToList(Bound.rows(1_000_000));

  /** As {@link #LIST}, but folded, so that sliding windows are put together of panes. */
  static final Reducing FOLDED_LIST = new Reducing.Aggregate(List.of(),
      (list, value) -> joined((List<?>) list, List.of(value)), (one, other) -> joined((List<?>) one, (List<?>) other),
      list -> list);

  private TestWindows() {}

  private static List<Object> joined(List<?> one, List<?> other) {
    List<Object> all = new ArrayList<>(one);
    all.addAll(other);
    return List.copyOf(all);
  }

  static SingleInput<Object, Object> of(Windows windows, Reducing how) {
    return of(windows, how, 0, null);
  }

  static SingleInput<Object, Object> of(Windows windows, Reducing how, int earlyEvents, Duration earlyEvery) {
    var framing = new Framing(Site.here("window"), windows, Optional.empty(), earlyEvents,
        Optional.ofNullable(earlyEvery));
    return Operators.reducing(how, Optional.of(framing));
  }

  static Duration nanos(long nanos) {
    return Duration.ofNanos(nanos);
  }

  /** The elements as one source gives them, each with the watermark of what came before it; the value is the time. */
  static OperatorRig source(SingleInput<Object, Object> operator, long outOfOrder, long... times) {
    var rig = new OperatorRig(operator);
    long w = Times.NEVER;
    for (long t : times) {
      rig.element(All.ALL, t, t, w);
      w = Math.max(w, t - outOfOrder);
    }
    return rig;
  }

  /**
   * {@return the panes as text, such as {@code [0,10)=[1, 2]}, marked if they are not final, with the key unless that
   * is all}
   */
  static List<String> panes(OperatorRig rig) {
    List<String> panes = new ArrayList<>();
    for (Object value : rig.values()) panes.add(text((Pane<?, ?>) value));
    return panes;
  }

  static String text(Pane<?, ?> pane) {
    String key = pane.key() == All.ALL ? "" : pane.key() + "@";
    String kind = pane.kind() == Pane.Kind.FINAL ? "" : " " + pane.kind();
    Object value =
        pane.value() instanceof List<?> list ? list.stream().map(Object::toString).sorted(TestWindows::byNumber)
        .collect(Collectors.toList()) : pane.value();
    return key + "[" + nanos(pane.window().start()) + "," + nanos(pane.window().end()) + ")=" + value + kind;
  }

  private static int byNumber(String one, String other) {
    return one.length() != other.length() ? one.length() - other.length() : one.compareTo(other);
  }

  private static long nanos(Instant time) {
    return Times.nanos(time);
  }
}
