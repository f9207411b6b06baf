package stage.documents.standins.kafka;

/** {@code org.apache.kafka.clients.producer.ProducerRecord}. */
public record ProducerRecord<K, V>(String topic, K key, V value) {}
