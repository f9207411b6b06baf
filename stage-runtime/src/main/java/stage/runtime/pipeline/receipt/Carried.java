package stage.runtime.pipeline.receipt;

import stage.runtime.bridge.EventWrapper;

/**
 * An element that answers for deliveries, between stages and where an operator keeps it.
 *
 * <p>A delivery's own element is its receipt: the source's thread is the busiest of such a job, and makes one object
 * less for each.
 */
public abstract sealed class Carried implements EventWrapper permits Receipt, Carried.Derived {
  private final Object value;

  Carried(Object value) {
    this.value = value;
  }

  /** What has come of deliveries. */
  static final class Derived extends Carried {
    private final Claim claim;

    Derived(Object value, Claim claim) {
      super(value);
      this.claim = claim;
    }

    @Override
    public Claim claim() {
      return claim;
    }
  }

  /** {@return the element} */
  public final Object value() {
    return value;
  }

  /** {@return what it answers for} */
  public abstract Claim claim();

  /**
   * {@return the element itself}
   *
   * @param event an element, with a claim or without
   */
  public static Object valueOf(Object event) {
    return event instanceof Carried carried ? carried.value : event;
  }

  /**
   * {@return what an element answers for; null for nothing}
   *
   * @param event an element, with a claim or without
   */
  public static Claim claimOf(Object event) {
    return event instanceof Carried carried ? carried.claim() : null;
  }

  /**
   * {@return an element that answers for something; itself if that is nothing}
   *
   * @param value the element
   * @param claim what it answers for; null for nothing
   */
  public static Object of(Object value, Claim claim) {
    return claim == null ? value : new Derived(value, claim);
  }

  @Override
  public Object wrapped() {
    return value;
  }

  @Override
  public void gaveUp(Throwable cause) {
    var completed = new Completed();
    claim().settle(1, cause, completed);
    completed.send();
  }
}
