package stage.documents.standins;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** As much of Kafka's as a document shows: a topic that is empty. */
public final class KafkaConsumer<K, V> implements AutoCloseable {
  public KafkaConsumer(Properties properties) {}

  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {}

  public Iterable<ConsumerRecord<K, V>> poll(Duration timeout) {
    return List.of();
  }

  public void pause(Collection<TopicPartition> partitions) {}

  public void resume(Collection<TopicPartition> partitions) {}

  public Set<TopicPartition> assignment() {
    return Set.of();
  }

  public Set<TopicPartition> paused() {
    return Set.of();
  }

  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void close() {}
}
