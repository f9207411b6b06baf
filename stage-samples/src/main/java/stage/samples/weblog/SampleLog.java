package stage.samples.weblog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Makes the log that comes with the program: an hour of a small site, with visitors who come back, a crawler, a quarter
 * of an hour in which something is broken, lines somewhat out of order, and a few that are no requests. Always the
 * same.
 */
final class SampleLog {
  static final String RESOURCE = "sample-access.log";

  private static final int LINES = 4_000;
  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT)
      .withZone(ZoneOffset.UTC);
  private static final List<String> PATHS = List.of("/", "/index.html", "/about", "/products", "/products/42",
      "/products/7", "/cart", "/checkout",
      "/search?q=lamp", "/style.css", "/logo.png", "/robots.txt", "/old-page");
  private static final List<String> AGENTS = List.of("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (Macintosh)",
      "curl/8.5.0", "a crawler (\\\"friendly\\\")");

  private SampleLog() {}

  /**
   * Writes the log.
   *
   * @param arguments the file to write
   */
  public static void main(String... arguments) throws IOException {
    Files.writeString(Path.of(arguments[0]), text());
  }

  /** {@return the log} */
  static String text() {
    var random = new SplittableRandom(42);
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      if (random.nextInt(200) == 0) {
        log.append(malformed(random)).append('\n');
      } else {
        long millis = i * 3_600_000L / LINES - random.nextInt(3) * random.nextInt(4_000);
        log.append(line(START.plusMillis(millis), random)).append('\n');
      }
    }
    return log.toString();
  }

  private static String line(Instant time, SplittableRandom random) {
    // Few come often, and many seldom.
    int visitor = (int) (200 * random.nextDouble() * random.nextDouble());
    String client = "10.0." + visitor / 16 + "." + (1 + visitor % 16);
    String path = PATHS.get((int) (PATHS.size() * random.nextDouble() * random.nextDouble()));
    boolean isBroken = time.isAfter(START.plusSeconds(1_800)) && time.isBefore(START.plusSeconds(2_700))
        && path.startsWith("/c");
    int status = path.equals("/old-page") ? 404 : isBroken && random.nextInt(3) > 0 ? 503 : random.nextInt(20) == 0
        ? 304 : 200;
    String bytes = status == 304 ? "-" : Integer.toString(status == 200 ? 500 + random.nextInt(40_000) : 312);
    String method = path.equals("/checkout") ? "POST" : "GET";
    String common = client + " - - [" + TIME.format(time) + "] \"" + method + " " + path + " HTTP/1.1\" " + status
        + " " + bytes;
    return random.nextInt(4) == 0 ? common : common + " \"-\" \"" + AGENTS.get(random.nextInt(AGENTS.size())) + '"';
  }

  private static String malformed(SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> "10.0.0.1 - - [30/Nov/2026:12:61:00 +0000] \"GET / HTTP/1.1\" 200 17";
      case 1 -> "10.0.0.2 - - [30/Nov/2026:12:10:00 +0000] \"GET /";
      default -> "server restarted";
    };
  }
}
