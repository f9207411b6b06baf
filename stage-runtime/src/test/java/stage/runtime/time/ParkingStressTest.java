package stage.runtime.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.VarHandle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The handshake of parking: two drivers hand a counter to and fro, and each parks until it is its turn; a single
 * wake-up that is lost stops both. A driver has a thread inside, which is what it is for, so there is no race of actors
 * here.
 */
@Tag("races")
class ParkingStressTest {
  private static final long HANDED = System.getProperty("stage.stress") == null ? 200_000 : 20_000_000;

  /**
   * Goes on when the counter is odd, or even; plain, because what is published is ordered by the fence before the
   * wake-up and by the look after.
   */
  private static final class Player implements StepMachine {
    private final Table table;
    private final int parity;
    private Driver other;

    Player(Table table, int parity) {
      this.table = table;
      this.parity = parity;
    }

    @Override
    public WaitState step(long nowNanos) {
      if (table.count >= HANDED) {
        table.over.countDown();
        wakeOther();
        return WaitState.Kind.DONE;
      }
      if (!isReady(nowNanos)) return WaitState.Kind.EVENTS;
      COUNT.setRelease(table, table.count + 1);   // pairs with the acquire in isReady; only whose turn it is writes
      wakeOther();
      return WaitState.Kind.READY;
    }

    private void wakeOther() {
      VarHandle.fullFence();   // pairs with the announcement of the other driver
      other.wake();
    }

    @Override
    public boolean isReady(long nowNanos) {
      long count = (long) COUNT.getAcquire(table);   // pairs with the release in step
      return count % 2 == parity || count >= HANDED;
    }

    @Override
    public boolean keepsTime() {
      return false;
    }

    @Override
    public String threadName() {
      return "player" + parity;
    }
  }

  private static final class Table {
    private final CountDownLatch over = new CountDownLatch(2);
    private long count;   // whose turn it is by its parity
  }

  private static final VarHandle COUNT;

  static {
    try {
      COUNT = java.lang.invoke.MethodHandles.privateLookupIn(Table.class, java.lang.invoke.MethodHandles.lookup())
          .findVarHandle(Table.class, "count", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @ParameterizedTest(name = "on platform threads: {0}")
  @ValueSource(booleans = {false, true})
  void noWakeUpIsLost(boolean onPlatformThreads) throws Exception {
    var time = new RealTime();
    var table = new Table();
    var even = new Player(table, 0);
    var odd = new Player(table, 1);
    Driver first = time.driver(even, onPlatformThreads);
    Driver second = time.driver(odd, onPlatformThreads);
    even.other = second;
    odd.other = first;
    first.start();
    second.start();

    assertThat(table.over.await(60, TimeUnit.SECONDS))
        .as("both have ended; they wait for %s and %s at %s", first.awaiting(), second.awaiting(), table.count)
        .isTrue();
    assertThat(table.count).isEqualTo(HANDED);
  }
}
