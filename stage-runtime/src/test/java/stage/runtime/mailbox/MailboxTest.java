package stage.runtime.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
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
