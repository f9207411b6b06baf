package stage.documents.standins.kafka;

/** {@code org.apache.kafka.clients.consumer.ConsumerGroupMetadata}. */
public record ConsumerGroupMetadata(int generationId) {}
