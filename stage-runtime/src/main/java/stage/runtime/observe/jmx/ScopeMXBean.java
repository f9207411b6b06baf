package stage.runtime.observe.jmx;

import java.util.List;

/** A scope, as JMX shows it. */
public interface ScopeMXBean {
  /** {@return the path of the scope} */
  String getPath();

  /** {@return the stages} */
  List<StageData> getStages();

  /** {@return how often incarnations have crashed} */
  long getCrashes();

  /** {@return how often incarnations have taken over} */
  long getRestarts();

  /** {@return why it is stuck or slow, a line each; takes 50 ms to 3 s} */
  List<String> explain();

  /** {@return the tree as JSON} */
  String json();
}
