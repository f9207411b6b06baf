package stage.samples.nexmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

    /** Reads all events twice, because an auction may come before its seller. */
    private static List<String> byHand(int query, Generator events) {
      Map<Long, Event.Person> people = new HashMap<>();
      for (Event event : events) if (event instanceof Event.Person person) people.put(person.id(), person);
      List<String> rows = new ArrayList<>();
      for (Event event : events) {
        switch (event) {
          case Event.Bid bid when query == 1 -> rows.add(bid.auction() + "," + bid.bidder() + ","
              + new BigDecimal(bid.price() * 908).movePointLeft(3) + "," + bid.time());
          case Event.Bid bid when query == 2 && bid.auction() % 123 == 0 -> rows.add(bid.auction() + "," + bid.price());
          case Event.Auction auction when query == 3 && auction.category() == 10 -> {
            Event.Person seller = people.get(auction.seller());
            if (seller != null && "OR ID CA".contains(seller.state())) {
              rows.add(seller.name() + "," + seller.city() + "," + seller.state() + "," + auction.id());
            }
          }
          case Event.Auction auction when query == 8 -> {
            Event.Person seller = people.get(auction.seller());
            String window = seller == null ? "" : tenSecondsOf(seller.time());
            if (window.equals(tenSecondsOf(auction.time()))) {
              String row = seller.id() + "," + seller.name() + "," + window;
              if (!rows.contains(row)) rows.add(row);
            }
          }
          default -> { }
        }
      }
      return rows;
    }

    /** Cuts off the last digit of the seconds, and what is below: {@code 2015-07-15T00:00:17.5Z}. */
    private static String tenSecondsOf(Instant time) {
      return time.toString().substring(0, "2015-07-15T00:00:1".length()) + "0Z";
    }

    @Test
    void aboutNewUsersHasARowForEachOfThem() {
      Told told = Told.by(Nexmark::run, "--query", "8", "--events", "300000", "--csv");

      assertThat(told.out()).startsWith("person,name,window\n").contains(",2015-07-15T00:00:00Z\n")
          .contains(",2015-07-15T00:00:20Z\n");
      assertThat(told.out().lines().map(row -> row.substring(0, row.indexOf(',')))).doesNotHaveDuplicates()
          .hasSizeGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "8"})
    void hasTheSameResultsWhateverFailsOnTheWay(String query) {
      String[] wish = {"--query", query, "--events", "3000", "--csv", "--chaos", "20"};
      Told chaos = Told.by(Nexmark::run, wish);
      assertThat(chaos.out()).isEqualTo(Told.by(Nexmark::run, Arrays.copyOf(wish, 5)).out());
      assertThat(chaos.err()).contains("20 of 20 failures on purpose");
    }

    @Test
    void mustBeOneThatThereIs() {
      assertThat(Told.by(Nexmark::run).err()).contains("--query is missing");
      assertThat(Told.by(Nexmark::run, "--query", "4").err()).contains("one of 1, 2, 3, 8, but was \"4\"");
      assertThat(Told.by(Nexmark::run, "--query", "1", "x").err()).contains("a file was given: x");
    }
  }
}
