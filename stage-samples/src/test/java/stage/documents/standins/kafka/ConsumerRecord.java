package stage.documents.standins.kafka;

/** {@code org.apache.kafka.clients.consumer.ConsumerRecord}. */
public record ConsumerRecord<K, V>(String topic, int partition, long offset, K key, V value) {}
