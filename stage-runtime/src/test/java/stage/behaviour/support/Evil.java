package stage.behaviour.support;

/** An event that nobody but its owner may ask anything. */
public final class Evil {
  /** Which one it is. */
  public final int number;

  /** Makes one. */
  public Evil(int number) {
    this.number = number;
  }

  @Override
  public boolean equals(Object other) {
    throw new AssertionError("equals was called");
  }

  @Override
  public int hashCode() {
    throw new AssertionError("hashCode was called");
  }

  @Override
  public String toString() {
    throw new AssertionError("toString was called");
  }
}
