package stage.samples.weblog;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What requests are grouped by. */
enum By {
  STATUS,
  PATH,
  CLIENT,
  MINUTE;

  static final DateTimeFormatter UTC_MINUTE = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm")
      .withZone(ZoneOffset.UTC);

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String key(Hit hit) {
    return switch (this) {
      case STATUS -> Integer.toString(hit.status());
      case PATH -> hit.path();
      case CLIENT -> hit.client();
      case MINUTE -> UTC_MINUTE.format(hit.time().truncatedTo(ChronoUnit.MINUTES));
    };
  }

  static Optional<By> ofWord(String word) {
    return Arrays.stream(values()).filter(by -> by.word().equals(word)).findFirst();
  }

  static String words() {
    return Arrays.stream(values()).map(By::word).collect(Collectors.joining(", "));
  }
}
