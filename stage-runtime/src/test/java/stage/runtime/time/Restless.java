package stage.runtime.time;

/** A machine that a carrier never lets rest. */
abstract class Restless implements Machine {
  @Override
  public final boolean wantsRest(Time time) {
    return false;
  }

  @Override
  public final boolean mayRest() {
    return false;
  }
}
