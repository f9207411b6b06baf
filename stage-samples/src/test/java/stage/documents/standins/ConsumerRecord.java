package stage.documents.standins;

/** As much of Kafka's as a document shows. */
public record ConsumerRecord<K, V>(String topic, int partition, long offset, K key, V value) {}
