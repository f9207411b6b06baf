package stage.runtime.observe.page;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of an HTTP request. A body is never read.
 *
 * @param method such as {@code GET}
 * @param target what is asked for, as it was sent
 * @param headers all values of each header, by its name in lower case
 */
record Request(String method, String target, Map<String, List<String>> headers) {
  private static final int LONGEST_HEAD = 8 * 1024;

  /** {@return the next request; empty if there is none, or if what was sent is no request} */
  static Optional<Request> read(InputStream in) throws IOException {
    String head = head(new BufferedInputStream(in));   // one exchange for each connection: nobody reads what is left
    if (head == null) return Optional.empty();
    String[] lines = head.split("\r\n", -1);
    String[] words = lines[0].split(" ", -1);
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) return Optional.empty();
    Map<String, List<String>> headers = new HashMap<>();
    for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(':');
      if (colon <= 0) return Optional.empty();
      String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      headers.computeIfAbsent(name, none -> new ArrayList<>()).add(lines[i].substring(colon + 1).strip());
    }
    return Optional.of(new Request(words[0], words[1], headers));
  }

  /**
   * {@return the value of a header that is there once; empty if it is missing, or if there are several}
   *
   * @param name in lower case
   */
  Optional<String> only(String name) {
    List<String> values = headers.getOrDefault(name, List.of());
    return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
  }

  boolean isHead() {
    return method.equals("HEAD");
  }

  /** {@return whether it announces a body} */
  boolean hasBody() {
    return headers.containsKey("transfer-encoding")
        || headers.getOrDefault("content-length", List.of()).stream().anyMatch(length -> !length.equals("0"));
  }

  /** {@return everything up to the empty line; null if the stream ends before it, or it is too long} */
  private static String head(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    int matched = 0;   // how much of "\r\n\r\n" has just been read
    while (bytes.size() < LONGEST_HEAD) {
      int next = in.read();
      if (next < 0) return null;
      bytes.write(next);
      matched = next == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : next == '\r' ? 1 : 0;
      if (matched == 4) return bytes.toString(StandardCharsets.ISO_8859_1);
    }
    return null;
  }
}
