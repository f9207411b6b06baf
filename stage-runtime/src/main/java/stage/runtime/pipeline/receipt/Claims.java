package stage.runtime.pipeline.receipt;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Two claims that went into one element. Those of a window with a million elements are a million of these, so nothing
 * here is recursive.
 *
 * @param one the claims so far
 * @param other another one
 */
record Claims(Claim one, Claim other) implements Claim {
  private void each(Consumer<Receipt> action) {
    var todo = new ArrayDeque<Claim>();
    todo.push(this);
    while (!todo.isEmpty()) {
      switch (todo.pop()) {
        case Receipt receipt -> action.accept(receipt);
        case Claims(Claim first, Claim second) -> {
          todo.push(second);
          todo.push(first);
        }
      }
    }
  }

  @Override
  public void add(int elements) {
    each(receipt -> receipt.add(elements));
  }

  @Override
  public void settle(int elements, Throwable cause, Completed into) {
    each(receipt -> receipt.settle(elements, cause, into));
  }

  @Override
  public boolean isAbsorbable() {
    boolean[] all = {true};
    each(receipt -> all[0] &= receipt.isAbsorbable());
    return all[0];
  }

  /** Not the tree of them all. */
  @Override
  public String toString() {
    return "several deliveries";
  }
}
