package stage.runtime.pipeline;

import stage.api.Overflow;
import stage.runtime.pipeline.operator.BoundFullError;
import stage.runtime.pipeline.operator.KeptElements;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * The first link of a run that takes elements before they are wanted, and keeps a limited number of them until they
 * are.
 */
final class BufferLink extends Link {
  private final int most;
  private final Overflow.Kind overflow;
  private KeptElements kept = new KeptElements();

  BufferLink(int most, Overflow.Kind overflow) {
    this.most = most;
    this.overflow = overflow;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    if (kept.size() == most) {
      switch (overflow) {
        case DROP_OLDEST -> {
          chain.journal().settle(Carried.claimOf(kept.poll().value()), null, place);
          chain.forgotten();
        }
        case DROP_NEWEST -> {
          chain.overflown();
          return;
        }
        case FAIL -> throw new BoundFullError("a buffer of " + most + " elements is full");
        case BLOCK -> throw new IllegalStateException("a buffer that waits is no link");
      }
    }
    chain.journal().add(chain.claim(), 1, place);
    kept.add(Carried.of(value, chain.claim()), t, w);
    chain.absorbed();
    release(chain.wanted());
  }

  /** {@return whether it holds elements that can be handed on} */
  boolean hasKept() {
    return kept.size() > 0;
  }

  /** Hands on what is wanted. */
  void release(long wanted) throws Exception {
    Claim inHand = chain.claim();
    for (long left = Math.min(wanted, kept.size()); left > 0; left--) {
      KeptElements.Element each = kept.poll();
      chain.claim(Carried.claimOf(each.value()));
      chain.journal().settle(chain.claim(), null, place);
      next.push(Carried.valueOf(each.value()), each.t(), each.w());
    }
    chain.claim(inHand);
  }

  @Override
  long vouchesFor(long c) {
    return Math.min(c, kept.leastWatermark());
  }

  @Override
  boolean isStateful() {
    return true;
  }

  @Override
  void mark() {
    kept.mark();
  }

  @Override
  void undo() {
    kept.undo();
  }

  @Override
  void commit() {
    kept.commit();
  }

  @Override
  void rollback() {
    kept.rollback();
  }

  @Override
  void adopt(Link committed) {
    kept = ((BufferLink) committed).kept.successor();
  }
}
