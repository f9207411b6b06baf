package stage.documents.standins.kafka;

/** {@code org.apache.kafka.clients.consumer.OffsetAndMetadata}. */
public record OffsetAndMetadata(long offset) {}
