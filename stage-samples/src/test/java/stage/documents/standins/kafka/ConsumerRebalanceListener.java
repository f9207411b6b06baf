package stage.documents.standins.kafka;

import java.util.Collection;

/** {@code org.apache.kafka.clients.consumer.ConsumerRebalanceListener}. */
public interface ConsumerRebalanceListener {
  void onPartitionsRevoked(Collection<TopicPartition> partitions);

  void onPartitionsAssigned(Collection<TopicPartition> partitions);

  default void onPartitionsLost(Collection<TopicPartition> partitions) {
    onPartitionsRevoked(partitions);
  }
}
