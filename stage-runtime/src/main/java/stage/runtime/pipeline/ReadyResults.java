package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.KeptElements;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * What a link has made of several elements, until the one in hand is through. Then each of these results goes on by
 * itself, and if it fails behind the link it costs that result: not the element that happened to complete it, which
 * would leave a list as it was, to fail again with the next one. The run's own thread.
 */
final class ReadyResults {
  private KeptElements results = new KeptElements();

  /** @param claim what it answers for, which the link has kept so far; null for nothing */
  void add(Object value, long t, long w, Claim claim) {
    results.add(Carried.of(value, claim), t, w);
  }

  int size() {
    return results.size();
  }

  /** {@return the oldest, with what it answers for} It stays. */
  KeptElements.Element peek() {
    return results.peek();
  }

  /** The oldest has gone on by itself. */
  void poll() {
    results.poll();
  }

  void mark() {
    results.mark();
  }

  void undo() {
    results.undo();
  }

  void commit() {
    results.commit();
  }

  void rollback() {
    results.rollback();
  }

  void adopt(ReadyResults committed) {
    results = committed.results.successor();
  }
}
