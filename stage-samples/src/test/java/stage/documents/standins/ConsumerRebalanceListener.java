package stage.documents.standins;

import java.util.Collection;

/** As much of Kafka's as a document shows. */
public interface ConsumerRebalanceListener {
  void onPartitionsAssigned(Collection<TopicPartition> partitions);

  void onPartitionsRevoked(Collection<TopicPartition> partitions);

  default void onPartitionsLost(Collection<TopicPartition> partitions) {
    onPartitionsRevoked(partitions);
  }
}
