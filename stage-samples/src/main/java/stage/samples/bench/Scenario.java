package stage.samples.bench;

import java.util.List;

/** One thing that is measured. */
interface Scenario {
  /** {@return its name, for {@code --only}} */
  String name();

  /** {@return what is done, in a line} */
  String about();

  /** Measures all contenders. */
  List<Result> measure(Effort effort) throws Exception;
}
