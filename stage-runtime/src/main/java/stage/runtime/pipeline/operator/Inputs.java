package stage.runtime.pipeline.operator;

import java.util.Arrays;

/**
 * The progress of a run with several inputs: what all of them together vouch for.
 *
 * <p>The smallest of what the active inputs vouch for; if all that are left are idle, the largest of those; if all are
 * completed, forever. It never falls. What elements say of themselves has no part in it: two lanes that were dealt one
 * source's elements have different views of it, and only what a producer vouches for holds for all that it still has in
 * hand.
 */
public final class Inputs implements Kept<Inputs> {
  private static final int ACTIVE = 0;
  private static final int IDLE = 1;
  private static final int COMPLETED = 2;

  private final KeptValue<State> state;

  private record State(long[] vouched, int[] standing, long c, int behind) {}

  /**
   * Makes the progress of inputs of which none has vouched for anything.
   *
   * @param inputs how many
   */
  public Inputs(int inputs) {
    long[] vouched = new long[inputs];
    Arrays.fill(vouched, Times.NEVER);
    state = new KeptValue<>(new State(vouched, new int[inputs], inputs == 0 ? Times.FOREVER : Times.NEVER, -1));
  }

  private Inputs(KeptValue<State> state) {
    this.state = state;
  }

  /** {@return what all inputs together vouch for} */
  public long current() {
    return state.value().c();
  }

  /** {@return whether all inputs that are not completed are idle, and there is one} */
  public boolean isIdle() {
    boolean anyIdle = false;
    for (int standing : state.value().standing()) {
      if (standing == ACTIVE) return false;
      anyIdle |= standing == IDLE;
    }
    return anyIdle;
  }

  /**
   * {@return the input that the others wait for: of those that are active, the one that vouches for least; -1 if none
   * vouches for more}
   */
  public int behind() {
    return state.value().behind();
  }

  /**
   * An input vouches: what comes from it from now on has stamps of at least {@code w}.
   *
   * @param input which, from 0
   * @param w what it vouches for; below an earlier one it changes nothing
   * @param isIdle whether it is idle; false makes it active again at once
   * @return whether the progress has risen
   */
  public boolean progress(int input, long w, boolean isIdle) {
    return change(input, w, isIdle ? IDLE : ACTIVE);
  }

  /**
   * An input has completed.
   *
   * @param input which, from 0
   * @return whether the progress has risen
   */
  public boolean completed(int input) {
    return change(input, state.value().vouched()[input], COMPLETED);
  }

  private boolean change(int input, long w, int standing) {
    State old = state.value();
    if (old.standing()[input] == COMPLETED) return false;
    long[] vouched = old.vouched().clone();
    int[] standings = old.standing().clone();
    vouched[input] = Math.max(vouched[input], w);
    standings[input] = standing;
    long c = Math.max(old.c(), together(vouched, standings));
    state.set(new State(vouched, standings, c, behind(vouched, standings)));
    return c > old.c();
  }

  private static int behind(long[] vouched, int[] standings) {
    int behind = -1;
    long most = Times.NEVER;
    for (int i = 0; i < vouched.length; i++) {
      most = Math.max(most, vouched[i]);
      if (standings[i] == ACTIVE && (behind < 0 || vouched[i] < vouched[behind])) behind = i;
    }
    return behind >= 0 && vouched[behind] < most ? behind : -1;
  }

  private static long together(long[] vouched, int[] standings) {
    long least = Times.FOREVER;
    long mostOfIdle = Times.NEVER;
    boolean anyActive = false;
    boolean anyIdle = false;
    for (int i = 0; i < vouched.length; i++) {
      switch (standings[i]) {
        case ACTIVE -> {
          anyActive = true;
          least = Math.min(least, vouched[i]);
        }
        case IDLE -> {
          anyIdle = true;
          mostOfIdle = Math.max(mostOfIdle, vouched[i]);
        }
        default -> {}   // COMPLETED: no part in it
      }
    }
    return anyActive ? least : anyIdle ? mostOfIdle : Times.FOREVER;
  }

  @Override
  public void mark() {
    state.mark();
  }

  @Override
  public void undo() {
    state.undo();
  }

  @Override
  public void commit() {
    state.commit();
  }

  @Override
  public void rollback() {
    state.rollback();
  }

  @Override
  public Inputs successor() {
    return new Inputs(state.successor());
  }
}
