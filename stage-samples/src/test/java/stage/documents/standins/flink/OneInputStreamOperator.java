package stage.documents.standins.flink;

/** {@code org.apache.flink.streaming.api.operators.OneInputStreamOperator}. */
public interface OneInputStreamOperator<I, O> {
  void processElement(StreamRecord<I> element) throws Exception;

  void processWatermark(Watermark mark) throws Exception;
}
