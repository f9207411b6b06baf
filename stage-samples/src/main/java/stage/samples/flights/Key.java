package stage.samples.flights;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What flights are grouped by. */
public enum Key {
  /** The airport of departure: {@code DTW}. */
  ORIGIN,
  /** The airport of arrival: {@code LAS}. */
  DESTINATION,
  /** Both airports: {@code DTW-LAS}. */
  ROUTE,
  /** The day of departure: {@code 2001-01-31}. */
  DAY,
  /** The hour of departure: {@code 07}. */
  HOUR;

  /** {@return the word for it on the command line} */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return the key of this word, if there is one} */
  static Optional<Key> ofWord(String word) {
    return Arrays.stream(values()).filter(key -> key.word().equals(word)).findFirst();
  }

  /** {@return all words, as a message lists them} */
  static String words() {
    return Arrays.stream(values()).map(Key::word).collect(Collectors.joining(", "));
  }
}
