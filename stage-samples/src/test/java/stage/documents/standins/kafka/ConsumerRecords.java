package stage.documents.standins.kafka;

/** {@code org.apache.kafka.clients.consumer.ConsumerRecords}. */
public interface ConsumerRecords<K, V> extends Iterable<ConsumerRecord<K, V>> {}
