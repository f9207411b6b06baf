package stage.runtime.pipeline.receipt;

/**
 * What an element answers for: one delivery, or all those that went into it. Immutable but for the counts in its
 * receipts, which any thread may change.
 */
public sealed interface Claim permits Receipt, Claims {
  /**
   * {@return what answers for both}
   *
   * @param one a claim; null for none
   * @param other another one; null for none
   */
  static Claim join(Claim one, Claim other) {
    if (one == null) return other;
    return other == null ? one : new Claims(one, other);
  }

  /**
   * There are more elements that answer for it. The caller has one in hand that is not settled.
   *
   * @param elements how many
   */
  void add(int elements);

  /**
   * Elements that answer for it are settled.
   *
   * @param elements how many
   * @param cause why they have failed; null if they have not
   * @param into takes the deliveries of which nothing is left
   */
  void settle(int elements, Throwable cause, Completed into);

  /** {@return whether all of its deliveries count as handled when a reducer has taken them in} */
  boolean isAbsorbable();
}
