package stage.runtime.pipeline.operator;

import java.util.Arrays;
import java.util.List;

/**
 * The progress of a run with several inputs: what all of them together vouch for.
 *
 * <p>The smallest of what the active inputs vouch for; if all that are left are idle, the largest of those; if all are
 * completed, forever. It never falls. What elements say of themselves has no part in it: two lanes that were dealt one
 * source's elements have different views of it, and only what a producer vouches for holds for all that it still has in
 * hand.
 *
 * <p>A source is idle, or it is not, for all inputs that its elements come by: those of several workers, say. They
 * learn of it at different times. So inputs of the same sources are idle only if all of them are, and vouch for what
 * the last of them does: while one says that the source is active again, what another has left to pass on is waited
 * for.
 */
public final class Inputs implements Kept<Inputs> {
  private static final int ACTIVE = 0;
  private static final int IDLE = 1;
  private static final int COMPLETED = 2;

  private final int[] groups;   // of each input, the first input that has the same sources; never written
  private final KeptValue<State> state;

  private record State(long[] vouched, int[] standing, long c, int behind) {}

  /**
   * Makes the progress of inputs of which none has vouched for anything.
   *
   * @param sources what each input's elements come from; those of equal sources are idle together
   */
  public Inputs(List<?> sources) {
    int inputs = sources.size();
    groups = sources.stream().mapToInt(sources::indexOf).toArray();
    long[] vouched = new long[inputs];
    Arrays.fill(vouched, Times.NEVER);
    state = new KeptValue<>(new State(vouched, new int[inputs], inputs == 0 ? Times.FOREVER : Times.NEVER, -1));
  }

  private Inputs(int[] groups, KeptValue<State> state) {
    this.groups = groups;
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

  private int behind(long[] vouched, int[] standings) {
    int[] stand = ofSources(standings);
    int behind = -1;
    long most = Times.NEVER;
    for (int i = 0; i < vouched.length; i++) {
      most = Math.max(most, vouched[i]);
      if (stand[i] == ACTIVE && (behind < 0 || vouched[i] < vouched[behind])) behind = i;
    }
    return behind >= 0 && vouched[behind] < most ? behind : -1;
  }

  private long together(long[] vouched, int[] standings) {
    int[] stand = ofSources(standings);
    long least = Times.FOREVER;
    boolean anyActive = false;
    boolean anyIdle = false;
    for (int i = 0; i < vouched.length; i++) {
      switch (stand[i]) {
        case ACTIVE -> {
          anyActive = true;
          least = Math.min(least, vouched[i]);
        }
        case IDLE -> anyIdle = true;
        default -> {}   // COMPLETED: no part in it
      }
    }
    return anyActive ? least : anyIdle ? mostOfIdle(vouched, stand) : Times.FOREVER;
  }

  /** {@return how inputs stand, if one that is idle is active where another one of its sources is} */
  private int[] ofSources(int[] standings) {
    boolean[] isActive = new boolean[standings.length];   // of each group
    boolean anyIdle = false;
    for (int i = 0; i < standings.length; i++) {
      if (standings[i] == ACTIVE) isActive[groups[i]] = true;
      anyIdle |= standings[i] == IDLE;
    }
    if (!anyIdle) return standings;
    int[] stand = standings.clone();
    for (int i = 0; i < stand.length; i++) if (stand[i] == IDLE && isActive[groups[i]]) stand[i] = ACTIVE;
    return stand;
  }

  /** {@return the most that sources which are idle vouch for, by all inputs of theirs} */
  private long mostOfIdle(long[] vouched, int[] stand) {
    long[] least = new long[vouched.length];   // of each group
    Arrays.fill(least, Times.FOREVER);
    for (int i = 0; i < stand.length; i++) {
      if (stand[i] == IDLE) least[groups[i]] = Math.min(least[groups[i]], vouched[i]);
    }
    long most = Times.NEVER;
    for (long each : least) if (each != Times.FOREVER) most = Math.max(most, each);
    return most;
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
    return new Inputs(groups, state.successor());
  }
}
