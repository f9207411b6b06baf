package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Handles;

/**
 * How many events a cell has emitted, and what became of those that no consumer has settled. Written by the cell's
 * thread, and once that has ended by a consumer's under the graph's lock; read by any.
 */
final class ProducerCounts {
  private static final VarHandle EMITTED = handle("emitted");
  private static final VarHandle DROPPED = handle("dropped");
  private static final VarHandle SKIPPED = handle("skipped");
  private static final VarHandle RETURNED = handle("returned");
  private static final VarHandle WAITING = handle("waiting");

  // Opaque, all of them: readers want whole numbers that are not long out of date, and order nothing by them.
  private long emitted;
  private long dropped;
  private long skipped;
  private long returned;
  private long waiting;   // a copy of what the dispatch says, for snapshots

  private static VarHandle handle(String field) {
    return Handles.of(MethodHandles.lookup(), field, long.class);
  }

  void addEmitted(long more) {
    EMITTED.setOpaque(this, emitted + more);
  }

  void addDropped(long more) {
    DROPPED.setOpaque(this, dropped + more);
  }

  void addSkipped(long more) {
    SKIPPED.setOpaque(this, skipped + more);
  }

  /** Those since then were not skipped: they will be looked at again. */
  void skippedOnly(long then) {
    SKIPPED.setOpaque(this, then);
  }

  void addReturned(long more) {
    RETURNED.setOpaque(this, returned + more);
  }

  void nowWaiting(long events) {
    WAITING.setOpaque(this, events);
  }

  long emitted() {
    return (long) EMITTED.getOpaque(this);
  }

  long dropped() {
    return (long) DROPPED.getOpaque(this);
  }

  long skipped() {
    return (long) SKIPPED.getOpaque(this);
  }

  long returned() {
    return (long) RETURNED.getOpaque(this);
  }

  long waiting() {
    return (long) WAITING.getOpaque(this);
  }
}
