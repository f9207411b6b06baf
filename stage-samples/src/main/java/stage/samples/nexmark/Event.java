package stage.samples.nexmark;

import java.time.Instant;

/** What happens in an auction house. */
sealed interface Event {
  /** {@return when it happened} */
  Instant time();

  /**
   * Somebody registers.
   *
   * @param id the person, from 1000
   * @param name the name
   * @param city where
   * @param state in which state
   * @param time when
   */
  record Person(long id, String name, String city, String state, Instant time) implements Event {}

  /**
   * Somebody opens an auction.
   *
   * @param id the auction, from 1000
   * @param seller the person
   * @param category what is sold, 10 to 14
   * @param initialBid in cents
   * @param time when
   */
  record Auction(long id, long seller, int category, long initialBid, Instant time) implements Event {}

  /**
   * Somebody bids.
   *
   * @param auction on what
   * @param bidder the person
   * @param price in cents
   * @param time when
   */
  record Bid(long auction, long bidder, long price, Instant time) implements Event {}
}
