package stage.samples.nexmark;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.samples.flights.Trouble;

/** The queries, as pipelines. A result is a row of text. */
enum Query {
  /** Currency conversion: each bid's price in euros. */
  Q1(List.of("auction", "bidder", "price", "time")) {
    @Override
    Pipeline<List<String>> over(Generator events, Trouble trouble) {
      return trouble.in(Pipeline.from(events)).ofType(Event.Bid.class)
          .map(bid -> List.of("" + bid.auction(), "" + bid.bidder(), euros(bid.price()), bid.time().toString()));
    }
  },

  /** Selection: the bids on some auctions. */
  Q2(List.of("auction", "price")) {
    @Override
    Pipeline<List<String>> over(Generator events, Trouble trouble) {
      return trouble.in(Pipeline.from(events)).ofType(Event.Bid.class)
          .filter(bid -> bid.auction() % EVERY == 0)
          .map(bid -> List.of("" + bid.auction(), "" + bid.price()));
    }
  },

  /** Local item suggestion: who in some states sells things of a category. */
  Q3(List.of("name", "city", "state", "auction")) {
    @Override
    Pipeline<List<String>> over(Generator events, Trouble trouble) {
      Pipeline<Event.Person> people = Pipeline.from(events).ofType(Event.Person.class)
          .filter(person -> NEAR.contains(person.state()));
      return trouble.in(Pipeline.from(events)).ofType(Event.Auction.class)
          .filter(auction -> auction.category() == CATEGORY)
          .join(people).on(Event.Auction::seller, Event.Person::id)
          .whole(EVERYTHING)
          .inner((auction, person) -> List.of(person.name(), person.city(), person.state(), "" + auction.id()));
    }
  },

  /**
   * New users: who opens an auction in the ten seconds in which they register. A row for each such person, however many
   * auctions they open.
   */
  Q8(List.of("person", "name", "window")) {
    @Override
    Pipeline<List<String>> over(Generator events, Trouble trouble) {
      EventTime<Event> time = EventTime.<Event>of(Event::time)
          .outOfOrder(Duration.ofNanos(events.outOfOrder() * Generator.MICROS_BETWEEN * 1_000));
      Windows tenSeconds = Windows.tumbling(WINDOW);
      Pipeline<Event.Person> people = Pipeline.from(events).eventTime(time).ofType(Event.Person.class);
      return trouble.in(Pipeline.from(events)).eventTime(time).ofType(Event.Auction.class)
          .keyBy(Event.Auction::seller).window(tenSeconds).count()   // a pane has its window's time
          .join(people).on(Pane::key, Event.Person::id)
          .window(tenSeconds, EVERYTHING)
          .inner((opened, person) -> List.of("" + person.id(), person.name(), opened.window().start().toString()));
    }
  };

  static final int EVERY = 123;
  static final int CATEGORY = 10;
  static final Set<String> NEAR = Set.of("OR", "ID", "CA");
  static final Duration WINDOW = Duration.ofSeconds(10);

  private static final Bound EVERYTHING = Bound.rows(Integer.MAX_VALUE).crashing();

  private final List<String> columns;

  Query(List<String> columns) {
    this.columns = columns;
  }

  /** {@return the names of a result's columns} */
  List<String> columns() {
    return columns;
  }

  /**
   * {@return the results over these events}
   *
   * @param trouble what fails on the way
   */
  abstract Pipeline<List<String>> over(Generator events, Trouble trouble);

  static String euros(long dollars) {
    return BigDecimal.valueOf(dollars).multiply(new BigDecimal("0.908")).toPlainString();
  }
}
