package stage.runtime.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stage.runtime.time.RealTime;

class MailboxTest {
  private final Mailbox mailbox = new Mailbox(new RealTime().permits(3));

  private static Message message() {
    return new Message.Cast(stage -> {});
  }

  @Test
  void givesMessagesInTheOrderOfArrival() throws Exception {
    Message a = message();
    Message b = message();
    Message c = message();
    mailbox.put(a);
    mailbox.put(b);
    assertThat(mailbox.take()).isSameAs(a);
    mailbox.put(c);
    assertThat(mailbox.take()).isSameAs(b);
    assertThat(mailbox.take()).isSameAs(c);
    assertThat(mailbox.hasMail()).isFalse();
  }

  @Test
  void hasRoomForItsCapacityAndAgainForWhatWasTaken() throws Exception {
    for (int i = 0; i < 3; i++) mailbox.put(message());
    assertThat(mailbox.size()).isEqualTo(3);
    assertThat(mailbox.tryReserve()).isFalse();
    mailbox.take();
    assertThat(mailbox.size()).isEqualTo(2);
    assertThat(mailbox.tryReserve()).isTrue();
  }

  private static Message.Call call() {
    return new Message.Call(new RealTime().latch(), stage -> null);
  }

  @Test
  void keepsTheOrderOfThoseThatWaitWhateverIsWithdrawn() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var many = new Mailbox(new RealTime().permits(64));
      List<Message.Call> waiting = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        switch (random.nextInt(4)) {
          case 0, 1 -> {
            if (!many.tryReserve()) break;
            waiting.add(call());
            many.push(waiting.getLast());
          }
          case 2 -> {
            if (!waiting.isEmpty()) many.withdraw(waiting.remove(random.nextInt(waiting.size())));
          }
          default -> assertThat(many.take()).isSameAs(waiting.isEmpty() ? null : waiting.removeFirst());
        }
        assertThat(many.size()).as("seed %d", seed).isEqualTo(waiting.size());
      }
      for (Message.Call next : waiting) assertThat(many.take()).as("seed %d", seed).isSameAs(next);
      assertThat(many.take()).isNull();
    }
  }

  @Test
  void holdsNoMoreWithdrawnMessagesThanWaitingOnes() throws Exception {
    mailbox.put(message());
    for (int i = 0; i < 100; i++) {
      Message.Call call = call();
      mailbox.put(call);
      mailbox.withdraw(call);
    }
    int linked = 0;
    for (Message message = mailbox.close(); message != null; message = message.older) linked++;
    assertThat(linked).isLessThanOrEqualTo(2);
  }

  /** Looking for each among all that wait takes minutes. */
  @Test
  @Timeout(30)
  void withdrawsManyTogetherInTimeThatGrowsWithTheirNumber() throws Exception {
    int n = 400_000;
    var many = new Mailbox(new RealTime().permits(n));
    List<Message.Call> calls = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      calls.add(new Message.Call(null, stage -> null));
      many.put(calls.getLast());
    }
    for (Message.Call call : calls) many.withdraw(call);
    assertThat(many.hasMail()).isFalse();
    assertThat(many.size()).isZero();
  }

  @Test
  void closedGivesBackAllThatWaitsInOrderAndRefusesMore() throws Exception {
    List<Message> all = List.of(message(), message(), message());
    mailbox.put(all.get(0));
    mailbox.put(all.get(1));
    assertThat(mailbox.take()).isSameAs(all.get(0));   // the second is turned over already
    mailbox.put(all.get(2));
    List<Message> rest = new ArrayList<>();
    for (Message message = mailbox.close(); message != null; message = message.older) rest.add(message);
    assertThat(rest).containsExactly(all.get(1), all.get(2));
    assertThat(mailbox.put(message())).isFalse();
    assertThat(mailbox.hasMail()).isFalse();
  }

  @Test
  void closedLetsAllInWhoWaitAndRefusesThem() throws Exception {
    for (int i = 0; i < 3; i++) mailbox.put(message());
    List<Thread> waiting = new ArrayList<>();
    var accepted = new java.util.concurrent.ConcurrentLinkedQueue<Boolean>();
    for (int i = 0; i < 4; i++) {
      waiting.add(Thread.startVirtualThread(() -> {
        try {
          accepted.add(mailbox.put(message()));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }));
    }
    mailbox.close();
    for (Thread thread : waiting) thread.join();
    assertThat(accepted).containsOnly(false).hasSize(4);
  }
}
