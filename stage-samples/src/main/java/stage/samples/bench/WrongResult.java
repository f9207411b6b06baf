package stage.samples.bench;

/** A contender has lost events or made some up: what it cost means nothing. */
final class WrongResult extends Exception {
  private static final long serialVersionUID = 1L;

  private WrongResult(String message) {
    super(message);
  }

  static void ensure(String scenario, String contender, long sum, long expected, long events) throws WrongResult {
    if (sum == expected) return;
    throw new WrongResult("the sum of " + events + " events must be " + expected + ", but " + contender + " has " + sum
        + " in scenario " + scenario);
  }

  static void ensure(String scenario, String contender, String table, String expected) throws WrongResult {
    if (table.equals(expected)) return;
    throw new WrongResult(contender + " has another table than the others in scenario " + scenario + ":\n" + table);
  }
}
