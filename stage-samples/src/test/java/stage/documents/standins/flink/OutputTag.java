package stage.documents.standins.flink;

/** {@code org.apache.flink.util.OutputTag}. */
public abstract class OutputTag<T> {
  public OutputTag(String id) {}
}
