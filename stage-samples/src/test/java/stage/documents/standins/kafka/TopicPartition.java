package stage.documents.standins.kafka;

/** {@code org.apache.kafka.common.TopicPartition}. */
public record TopicPartition(String topic, int partition) {}
