package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.KeptElements;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * What a link has made of several elements, until the one in hand is through. Then each of these results goes on by
 * itself, and if it fails behind the link it costs that result: not the element that happened to complete it, which
 * would leave a list as it was, to fail again with the next one. Only of an element that a function makes very many of
 * within one call, some go on before it is through, and then cost that element. The run's own thread.
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

  /** Has the oldest go on as a part of the element in hand, which fails if that does. */
  void pass(Link of) throws Exception {
    KeptElements.Element oldest = results.poll();
    Claim claim = Carried.claimOf(oldest.value());
    of.chain.journal().settle(claim, null, of.place);
    Claim inHand = of.chain.claim(claim);
    try {
      of.next.push(Carried.valueOf(oldest.value()), oldest.t(), oldest.w());
    } catch (Exception thrown) {
      of.chain.passedBack(of, inHand);
      throw thrown;
    }
    of.chain.claim(inHand);
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
