package stage.documents.standins.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** {@code org.apache.kafka.clients.consumer.KafkaConsumer}. */
public final class KafkaConsumer<K, V> implements AutoCloseable {
  public KafkaConsumer(Map<String, Object> settings) {}

  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {}

  public ConsumerRecords<K, V> poll(Duration timeout) {
    throw new UnsupportedOperationException("a stand-in, to compile against");
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
