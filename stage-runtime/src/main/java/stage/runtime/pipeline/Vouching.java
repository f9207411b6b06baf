package stage.runtime.pipeline;

import java.util.List;
import java.util.Set;
import stage.runtime.lane.Progress;
import stage.runtime.pipeline.operator.Inputs;
import stage.runtime.pipeline.operator.KeptValue;
import stage.runtime.pipeline.operator.Times;

/** What inputs vouch for, and what the run then vouches for itself. The run's own thread. */
final class Vouching {
  /** What consumers were told. */
  private record Vouched(long c, boolean isIdle) {}

  private final LinkRow links;
  private final boolean isStamped;   // whether what the run emits has a time
  private Inputs lanes;              // what each input vouches for
  private final KeptValue<Long> applied = new KeptValue<>(Times.NEVER);   // of the progress of the inputs
  private final KeptValue<Boolean> isIdle = new KeptValue<>(false);       // the source, by the clock
  private final KeptValue<Vouched> vouched = new KeptValue<>(new Vouched(Times.NEVER, false));

  /** @param sources which stages the times of each input's elements come from */
  Vouching(LinkRow links, List<Set<StagePlan>> sources) {
    this.links = links;
    this.isStamped = !(links.last() instanceof OutLink plain) || plain.isStamped();
    this.lanes = new Inputs(sources);
  }

  /** {@return whether what the run emits has a time} */
  boolean isStamped() {
    return isStamped;
  }

  void progress(int lane, Progress progress) {
    lanes.progress(lane, progress.watermark(), progress.isIdle());
  }

  void completed(int lane) {
    lanes.completed(lane);
  }

  void idle(boolean is) {
    isIdle.set(is);
  }

  /** {@return whether inputs vouch for more than links know} */
  boolean hasAdvanced() {
    return lanes.current() > applied.value();
  }

  /** {@return whether all inputs have completed} */
  boolean isForEver() {
    return lanes.current() == Times.FOREVER;
  }

  /** {@return what all inputs vouch for, which links are told now} */
  long apply() {
    applied.set(lanes.current());
    return applied.value();
  }

  /** Tells consumers, behind what was emitted, if that is more than they know. */
  void tell(StagedResults results) {
    long c = links.vouchesFor(lanes.current());
    boolean idle = isIdle.value() || lanes.isIdle();
    Vouched told = vouched.value();
    if (c == Times.FOREVER || c <= told.c && idle == told.isIdle) return;
    vouched.set(new Vouched(Math.max(c, told.c), idle));
    results.progress(new Progress(vouched.value().c, idle, false));
  }

  // ---- turns

  void commit(Tally tally) {
    applied.commit();
    isIdle.commit();
    vouched.commit();
    lanes.commit();
    tally.reached(links.watermark(lanes.current()), links.openWindows(), lanes.behind());
  }

  void rollback() {
    applied.rollback();
    isIdle.rollback();
    vouched.rollback();
    lanes.rollback();
  }

  void adopt(Vouching committed) {
    applied.adopt(committed.applied);
    isIdle.adopt(committed.isIdle);
    vouched.adopt(committed.vouched);
    lanes = committed.lanes.successor();
  }
}
