package stage.documents.standins.flink;

/** {@code org.apache.flink.streaming.runtime.streamrecord.StreamRecord}. */
public final class StreamRecord<T> {
  private final T value;

  public StreamRecord(T value) {
    this.value = value;
  }

  public T getValue() {
    return value;
  }
}
