package stage.samples.bench;

import java.util.List;

/** One thing that is measured. */
interface Scenario {
  /** Something that measures itself. */
  @FunctionalInterface
  interface Timed {
    /** {@return how long it took} */
    long nanos() throws Exception;
  }

  /** {@return its name, for {@code --only}} */
  String name();

  /** {@return what is done, in a line} */
  String about();

  /** Measures all contenders. */
  List<Result> measure(Effort effort) throws Exception;
}
