package stage.documents.standins.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;

/** {@code org.apache.kafka.clients.producer.KafkaProducer}. */
public final class KafkaProducer<K, V> implements AutoCloseable {
  public KafkaProducer(Map<String, Object> settings) {}

  public void initTransactions() {}

  public void beginTransaction() {}

  public Future<?> send(ProducerRecord<K, V> record) {
    throw new UnsupportedOperationException("a stand-in, to compile against");
  }

  public void flush() {}

  public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {}

  public void commitTransaction() {}

  public void close(Duration timeout) {}

  @Override
  public void close() {}
}
