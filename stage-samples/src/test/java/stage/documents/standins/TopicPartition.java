package stage.documents.standins;

/** As much of Kafka's as a document shows. */
public record TopicPartition(String topic, int partition) {}
