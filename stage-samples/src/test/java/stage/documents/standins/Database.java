package stage.documents.standins;

import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands for a database: finds a name at the second try only, and keeps what it is given. */
public final class Database {
  private final Set<Long> asked = Collections.synchronizedSet(new HashSet<>());
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger mostConnections = new AtomicInteger();
  private final ConcurrentLinkedQueue<Integer> inserted = new ConcurrentLinkedQueue<>();

  public String find(long id) throws SQLException {
    mostConnections.accumulateAndGet(connections.incrementAndGet(), Math::max);
    try {
      if (asked.add(id)) throw new SQLException("connection lost");
      return "name-" + id;
    } finally {
      connections.decrementAndGet();
    }
  }

  public void insert(List<?> rows) {
    inserted.add(rows.size());
  }

  public int mostConnections() {
    return mostConnections.get();
  }

  /** {@return how many rows each call of insert had} */
  public List<Integer> inserted() {
    return List.copyOf(inserted);
  }
}
