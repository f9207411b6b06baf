package stage.documents.standins.flink;

/** {@code org.apache.flink.streaming.api.watermark.Watermark}. */
public final class Watermark {}
