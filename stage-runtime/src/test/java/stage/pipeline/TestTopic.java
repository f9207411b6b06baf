package stage.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import stage.api.pipeline.PartitionedSource;
import stage.api.pipeline.Partitions;

/**
 * A topic of numbers in partitions, some of which are taken away and come back. A record is 1,000 times its partition
 * and its position there.
 */
class TestTopic implements PartitionedSource<String, Integer> {
  private final int size;                       // of a partition
  final Map<String, Long> committed = new TreeMap<>();
  final Map<String, Long> next = new HashMap<>();
  final Map<Integer, Throwable> failed = new TreeMap<>();
  final List<Integer> notDone = new ArrayList<>();   // what the revokes answered
  final Set<Integer> seen = new TreeSet<>();         // by the sink
  final List<String> wrong = new ArrayList<>();
  final List<String> partitions;
  int calls;
  int starts;
  int stops;
  int commits;
  int revokeEvery = Integer.MAX_VALUE;
  boolean isLost;
  Duration patience = Duration.ofMillis(50);
  Partitions<String, Integer> ours;

  TestTopic(int partitions, int size) {
    this.size = size;
    this.partitions = new ArrayList<>();
    for (int i = 0; i < partitions; i++) this.partitions.add("p" + i);
    this.partitions.forEach(each -> committed.put(each, 0L));
  }

  static int record(String partition, long position) {
    return Integer.parseInt(partition.substring(1)) * 1000 + (int) position;
  }

  @Override
  public void onStart(Partitions<String, Integer> partitions) {
    ours = partitions;
    starts++;
    next.putAll(committed);
  }

  @Override
  public void receive(long wanted, Partitions<String, Integer> to) {
    if (++calls % revokeEvery == 0) rebalance(List.of(partitions.get(calls / revokeEvery % partitions.size())));
    for (int i = 0; i < wanted; i++) {
      String partition = partitions.get((calls + i) % partitions.size());
      long position = next.get(partition);
      if (position < size) {
        to.emit(partition, position, record(partition, position));
        next.put(partition, position + 1);
      }
    }
    if (next.values().stream().allMatch(position -> position == size)) to.complete();
  }

  private void rebalance(Collection<String> some) {
    if (isLost) ours.lose(some);
    else notDone.add(ours.revoke(some, patience));
    some.forEach(each -> next.put(each, committed.get(each)));   // and here it is again
  }

  @Override
  public void commit(Map<String, Long> positions) throws Exception {
    commits++;
    positions.forEach((partition, position) -> {
      for (long i = committed.get(partition); i < position; i++) {
        if (!isDone(record(partition, i))) wrong.add(partition + " to " + position + ", but " + i + " is not done");
      }
      if (position < committed.get(partition)) wrong.add(partition + " back to " + position);
      committed.put(partition, position);
    });
  }

  boolean isDone(int record) {
    return seen.contains(record) || failed.containsKey(record);
  }

  @Override
  public void onFailed(String partition, long position, Integer payload, Throwable cause) throws Exception {
    failed.put(record(partition, position), cause);
  }

  @Override
  public void onStop() {
    stops++;
  }
}
