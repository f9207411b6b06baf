package stage.runtime.engine;

import java.util.ArrayDeque;

/** What a turn has given up on that is in no batch in hand. Told when the turn is good. The cell's thread only. */
final class Letters {
  private record Letter(Object event, Throwable cause, int attempts, String path) {}

  private final Fates fates;
  private final ArrayDeque<Letter> all = new ArrayDeque<>(0);
  private int committed;   // how many of them, the oldest, must be told

  Letters(Fates fates) {
    this.fates = fates;
  }

  void add(Object event, Throwable cause, int attempts, String path) {
    all.add(new Letter(event, cause, attempts, path));
  }

  /** The turn is good, and so are its states. */
  void commit() {
    committed = all.size();
    while (committed > 0) {
      Letter next = all.peek();
      fates.deadLetter(next.event, next.cause, next.attempts, next.path);
      all.poll();   // last: if the heap is full, it is repeated
      committed--;
    }
  }

  void rollback() {
    while (all.size() > committed) all.pollLast();
  }
}
