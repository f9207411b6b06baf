package stage.samples.weblog;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import stage.samples.lines.Line;

/**
 * Parses a line of the common log format, or of the combined one, which has two more texts at its end:
 *
 * <pre>
 * host ident user [30/Nov/2026:12:00:00 +0000] "GET /index.html HTTP/1.1" 200 2326 "referer" "agent"
 * </pre>
 */
final class AccessLogLine {
  private static final List<String> MONTHS = List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
      "Oct", "Nov", "Dec");
  private static final int TIME_LENGTH = "30/Nov/2026:12:00:00 +0000".length();

  private static final int LONGEST = 40;

  private final String text;
  private int at;

  private AccessLogLine(String text) {
    this.text = text;
  }

  /** {@return the request, or why it is none} */
  static Entry parse(Line line) {
    try {
      return new AccessLogLine(line.text()).hit();
    } catch (Wrong wrong) {
      return new Malformed(line, wrong.getMessage());
    }
  }

  /** Why a line is no request. Carries no stack: a log may have many. */
  private static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;

    Wrong(String message) {
      super(message, null, false, false);
    }
  }

  private Hit hit() throws Wrong {
    if (text.isBlank()) throw new Wrong("the line is empty");
    if (text.indexOf(' ') < 0) {   // nothing to go by
      throw new Wrong("a request must be like 10.0.0.1 - - [30/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 17,"
          + " but the line is \"" + (text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…") + "\"");
    }
    String client = word("client");
    word("identity");
    // A user's name may hold blanks; the time is what begins with a bracket.
    int bracket = text.indexOf(" [", at - 1);
    if (bracket < at) throw new Wrong("there is no user and no time in brackets behind the identity");
    at = bracket + 2;
    int close = text.indexOf(']', at);
    if (close < 0) throw new Wrong("the bracket of the time is not closed");
    Instant time = time(text.substring(at, close));
    at = close + 1;
    expect(' ');
    String request = quoted("request");
    expect(' ');
    int status = status(word("status"));
    long bytes = bytes(lastOrWord("bytes"));
    if (at < text.length()) {
      quoted("referer");
      expect(' ');
      quoted("agent");
    }
    return new Hit(client, time, path(request), status, bytes);
  }

  private String word(String what) throws Wrong {
    int blank = text.indexOf(' ', at);
    if (blank <= at) throw new Wrong("there is no " + what);
    String word = text.substring(at, blank);
    at = blank + 1;
    return word;
  }

  private String lastOrWord(String what) throws Wrong {
    if (text.indexOf(' ', at) >= 0) return word(what);
    if (at >= text.length()) throw new Wrong("there is no " + what);
    String word = text.substring(at);
    at = text.length();
    return word;
  }

  private void expect(char c) throws Wrong {
    if (at >= text.length() || text.charAt(at) != c) throw new Wrong("there must be a '" + c + "' at column "
        + (at + 1));
    at++;
  }

  /** Takes a text in quotation marks; a backslash takes the meaning from what follows. */
  private String quoted(String what) throws Wrong {
    if (at >= text.length() || text.charAt(at) != '"') throw new Wrong("there is no " + what + " in quotation marks");
    int from = ++at;
    while (at < text.length() && text.charAt(at) != '"') at += text.charAt(at) == '\\' ? 2 : 1;
    if (at >= text.length()) throw new Wrong("the quotation mark of the " + what + " is not closed");
    return text.substring(from, at++);
  }

  private static Instant time(String time) throws Wrong {
    try {
      boolean hasForm = time.length() == TIME_LENGTH && time.charAt(2) == '/' && time.charAt(6) == '/'
          && time.charAt(11) == ':'
          && time.charAt(14) == ':' && time.charAt(17) == ':' && time.charAt(20) == ' ';
      int month = hasForm ? MONTHS.indexOf(time.substring(3, 6)) + 1 : 0;
      if (month > 0) {
        var local = LocalDateTime.of(number(time, 7, 11), month, number(time, 0, 2), number(time, 12, 14),
            number(time, 15, 17), number(time, 18, 20));
        return local.toInstant(ZoneOffset.of(time.substring(21)));
      }
    } catch (DateTimeException | NumberFormatException notATime) {
      // the sentence below says so
    }
    throw new Wrong("the time must be like 30/Nov/2026:12:00:00 +0000, but is \"" + time + "\"");
  }

  private static int number(String time, int from, int to) {
    return Integer.parseUnsignedInt(time, from, to, 10);
  }

  private static int status(String status) throws Wrong {
    if (status.matches("[1-9][0-9]{2}")) return Integer.parseInt(status);
    throw new Wrong("the status must have three digits, but is \"" + status + "\"");
  }

  private static long bytes(String bytes) throws Wrong {
    if (bytes.equals("-")) return 0;
    if (bytes.matches("[0-9]{1,18}")) return Long.parseLong(bytes);
    throw new Wrong("the bytes must be a number or -, but are \"" + bytes + "\"");
  }

  /** {@return the path of a request such as {@code GET /index.html HTTP/1.1}} */
  private static String path(String request) {
    int from = request.indexOf(' ');
    int to = request.indexOf(' ', from + 1);
    if (from < 0) return request;
    return request.substring(from + 1, to < 0 ? request.length() : to);
  }
}
