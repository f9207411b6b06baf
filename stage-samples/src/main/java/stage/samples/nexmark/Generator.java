package stage.samples.nexmark;

import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;

/**
 * The events of an auction house, after the generator of Apache Beam's Nexmark: of each 50 the first is a person, the
 * next three are auctions, the other 46 bids, 10,000 a second. Each is made from its own number and the seed alone, so
 * they are always the same.
 *
 * <p>With a group size g they are out of order: of each g events in a row, those with the numbers of that group come,
 * but in another order. The k-th of a group is the (953 k)-th.
 *
 * @param events how many
 * @param seed what decides the rest; 0 for the usual ones
 * @param outOfOrder the size of a group
 */
record Generator(long events, long seed, long outOfOrder) implements Iterable<Event> {
  static final long MICROS_BETWEEN = 100;
  static final Instant BASE = Instant.parse("2015-07-15T00:00:00Z");

  private static final int OF_EACH = 50;
  private static final int AUCTIONS = 3;
  private static final long FIRST_ID = 1_000;
  private static final int FIRST_CATEGORY = 10;
  private static final int CATEGORIES = 5;
  private static final int HOT = 100;         // a hot seller, bidder or auction is the last of this many
  private static final int ACTIVE_PEOPLE = 1_000;
  private static final int OPEN_AUCTIONS = 100;
  private static final int LEAD = 10;         // ids that are not there yet
  private static final long PRIME = 953;

  private static final List<String> FIRST_NAMES =
      List.of("Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter");
  private static final List<String> LAST_NAMES =
      List.of("Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris");
  private static final List<String> CITIES = List.of(
      "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne");
  private static final List<String> STATES = List.of("AZ", "CA", "ID", "OR", "WA", "WY");

  /** {@return the event that comes as number {@code n}, from 0} */
  Event at(long n) {
    return numbered(n / outOfOrder * outOfOrder + PRIME * n % outOfOrder);
  }

  private Event numbered(long number) {
    Instant time = BASE.plusNanos(number * MICROS_BETWEEN * 1_000);
    var random = new Random(number + seed * 0x9e3779b97f4a7c15L);
    long kind = number % OF_EACH;
    if (kind < 1) return person(number, random, time);
    return kind < 1 + AUCTIONS ? auction(number, random, time) : bid(number, random, time);
  }

  private static Event.Person person(long number, Random random, Instant time) {
    String name = any(FIRST_NAMES, random) + " " + any(LAST_NAMES, random);
    return new Event.Person(lastPerson(number) + FIRST_ID, name, any(CITIES, random), any(STATES, random), time);
  }

  private static Event.Auction auction(long number, Random random, Instant time) {
    long seller = random.nextInt(4) > 0 ? lastPerson(number) / HOT * HOT : anyPerson(number, random);
    int category = FIRST_CATEGORY + random.nextInt(CATEGORIES);
    return new Event.Auction(lastAuction(number) + FIRST_ID, seller + FIRST_ID, category, price(random), time);
  }

  private static Event.Bid bid(long number, Random random, Instant time) {
    long auction = random.nextInt(2) > 0 ? lastAuction(number) / HOT * HOT : anyAuction(number, random);
    long bidder = random.nextInt(4) > 0 ? lastPerson(number) / HOT * HOT + 1 : anyPerson(number, random);
    return new Event.Bid(auction + FIRST_ID, bidder + FIRST_ID, price(random), time);
  }

  /** {@return the person that registered last, up to an event} */
  private static long lastPerson(long number) {
    return number / OF_EACH;
  }

  /** {@return the auction that was opened last, up to an event} Below 0 if there is none. */
  private static long lastAuction(long number) {
    long round = number / OF_EACH;
    long kind = number % OF_EACH;
    return kind < 1 ? round * AUCTIONS - 1 : round * AUCTIONS + Math.min(kind - 1, AUCTIONS - 1);
  }

  private static long anyPerson(long number, Random random) {
    long people = lastPerson(number) + 1;
    long active = Math.min(people, ACTIVE_PEOPLE);
    return people - active + random.nextLong(active + LEAD);
  }

  private static long anyAuction(long number, Random random) {
    long last = lastAuction(number);
    long first = Math.max(last - OPEN_AUCTIONS, 0);
    return first + random.nextLong(last - first + 1 + LEAD);
  }

  private static long price(Random random) {
    return Math.round(Math.pow(10, 6 * random.nextDouble()) * 100);
  }

  private static String any(List<String> of, Random random) {
    return of.get(random.nextInt(of.size()));
  }

  @Override
  public Iterator<Event> iterator() {
    return new Iterator<>() {
      private long next;

      @Override
      public boolean hasNext() {
        return next < events;
      }

      @Override
      public Event next() {
        if (!hasNext()) throw new NoSuchElementException("there are " + events + " events");
        return at(next++);
      }
    };
  }
}
