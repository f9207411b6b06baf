package stage.samples.nexmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.samples.lines.Told;

class NexmarkTest {
  @Nested
  class TheEvents {
    private final Generator events = new Generator(100_000, 0, 1);

    @Test
    void areOnePersonThreeAuctionsAnd46BidsOfEach50() {
      int[] counts = new int[3];
      for (Event event : events) counts[event instanceof Event.Person ? 0 : event instanceof Event.Auction ? 1 : 2]++;
      assertThat(counts).containsExactly(2_000, 6_000, 92_000);
    }

    @Test
    void nameOnlyThoseWhoAreThereOrSoonWillBe() {
      long people = 0;
      long auctions = 0;
      for (Event event : events) {
        switch (event) {
          case Event.Person person -> assertThat(person.id()).isEqualTo(1_000 + people++);
          case Event.Auction auction -> {
            assertThat(auction.id()).isEqualTo(1_000 + auctions++);
            assertThat(auction.seller()).isBetween(1_000L, 1_000 + people + 10);
          }
          case Event.Bid bid -> {
            assertThat(bid.auction()).isBetween(1_000L, 1_000 + auctions + 10);
            assertThat(bid.bidder()).isBetween(1_000L, 1_000 + people + 10);
          }
        }
      }
    }

    @Test
    void areTheSameInAnotherOrderIfTheyAreOutOfOrder() {
      List<Event> inOrder = new ArrayList<>();
      events.forEach(inOrder::add);
      List<Event> outOfOrder = new ArrayList<>();
      new Generator(100_000, 0, 100).forEach(outOfOrder::add);
      assertThat(outOfOrder.subList(0, 200)).isNotEqualTo(inOrder.subList(0, 200));
      assertThat(new HashSet<>(outOfOrder)).isEqualTo(new HashSet<>(inOrder));
      assertThat(LongStream.range(0, 1_000).mapToObj(new Generator(1_000, 7, 1)::at).toList())
          .isNotEqualTo(inOrder.subList(0, 1_000));
    }
  }

  @Nested
  class AQuery {
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "8, 1", "1, 50", "3, 97", "8, 1000"})
    void hasTheResultsOfAPlainLoop(int query, int outOfOrder) {
      var events = new Generator(100_000, 0, outOfOrder);
      Told told = Told.by(Nexmark::run, "--query", "" + query, "--events", "100000", "--out-of-order", "" + outOfOrder,
          "--csv");
      assertThat(told.code()).as(told.err()).isZero();
      assertThat(told.out().lines().skip(1).sorted().toList())
          .isEqualTo(byHand(query, events).stream().sorted().toList());
      assertThat(told.err()).contains("100000 events").contains("events/s");
    }

    private static List<String> byHand(int query, Generator events) {
      List<String> results = new ArrayList<>();
      Map<Long, Event.Person> people = new HashMap<>();
      for (Event event : events) if (event instanceof Event.Person person) people.put(person.id(), person);
      for (Event event : events) {
        if (event instanceof Event.Bid bid) {
          if (query == 1) results.add(bid.auction() + "," + bid.bidder() + "," + Query.euros(bid.price()) + ","
              + bid.time());
          if (query == 2 && bid.auction() % 123 == 0) results.add(bid.auction() + "," + bid.price());
        } else if (event instanceof Event.Auction auction && people.containsKey(auction.seller())) {
          Event.Person seller = people.get(auction.seller());
          if (query == 3 && auction.category() == 10 && Set.of("OR", "ID", "CA").contains(seller.state())) {
            results.add(seller.name() + "," + seller.city() + "," + seller.state() + "," + auction.id());
          }
          if (query == 8 && seller.time().getEpochSecond() / 10 == auction.time().getEpochSecond() / 10) {
            results.add(Query.start(auction) + "," + seller.id() + "," + seller.name() + "," + auction.id());
          }
        }
      }
      return results;
    }

    @Test
    void mustBeOneThatThereIs() {
      assertThat(Told.by(Nexmark::run).err()).contains("--query is missing");
      assertThat(Told.by(Nexmark::run, "--query", "4").err()).contains("one of 1, 2, 3, 8, but was \"4\"");
      assertThat(Told.by(Nexmark::run, "--query", "1", "x").err()).contains("a file was given: x");
    }
  }
}
