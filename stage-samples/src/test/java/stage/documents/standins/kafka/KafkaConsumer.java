package stage.documents.standins.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** {@code org.apache.kafka.clients.consumer.KafkaConsumer}. */
public final class KafkaConsumer<K, V> implements AutoCloseable {
  public KafkaConsumer(Map<String, Object> settings) {}

  public KafkaConsumer(Properties properties) {}

  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {}

  /** {@return nothing: the topic is empty} */
  public ConsumerRecords<K, V> poll(Duration timeout) {
    return List.<ConsumerRecord<K, V>>of()::iterator;
  }

  public Set<TopicPartition> assignment() {
    return Set.of();
  }

  public Set<TopicPartition> paused() {
    return Set.of();
  }

  public void pause(Collection<TopicPartition> partitions) {}

  public void resume(Collection<TopicPartition> partitions) {}

  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    return Map.of();
  }

  public void seek(TopicPartition partition, OffsetAndMetadata offset) {}

  public void seekToBeginning(Collection<TopicPartition> partitions) {}

  public ConsumerGroupMetadata groupMetadata() {
    throw new UnsupportedOperationException("a stand-in, to compile against");
  }

  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void close() {}
}
