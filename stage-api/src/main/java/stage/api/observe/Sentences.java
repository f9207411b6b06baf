package stage.api.observe;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Puts findings into words. */
final class Sentences {
  private static final int MOST_NAMED = 3;

  private Sentences() {}

  static String of(Finding.Deadlock found) {
    String circle = found.cycle().stream()
        .map(step -> quoted(step.stage()) + " " + step.reason())
        .collect(Collectors.joining(", "));
    return "deadlock: " + circle;
  }

  static String of(Finding.RootCause found) {
    String culprit = quoted(found.culprit());
    String cause = culprit + " " + what(found);
    if (found.victims().isEmpty()) return cause;
    Finding.Victim first = found.victims().getFirst();
    int others = found.victims().size() - 1;
    String more = switch (others) {
      case 0 -> "";
      case 1 -> "; 1 more waits for it";
      default -> "; " + others + " more wait for it";
    };
    return quoted(first.stage()) + " " + lack(first) + " because " + cause + more;
  }

  private static String lack(Finding.Victim victim) {
    if (victim.windows() > 0) {
      return "cannot end " + (victim.windows() == 1 ? "a window" : number(victim.windows()) + " windows") + " of time";
    }
    String time = " for " + time(victim.waiting());
    if (victim.waitsFor().isEmpty()) return "has been held up" + time;
    return switch (victim.waitsFor().get()) {
      case EVENTS -> "has had no events" + time;
      case DEMAND -> "has had no demand" + time;
      case MAIL -> "has had nothing to do" + time;
      case SETTLEMENT -> "has waited" + time + " until its last events are settled";
      case BACKOFF -> "has waited" + time + " for its restart";
      case RELEASE -> "has waited" + time + " for its group's restart";
      case PROCESSOR -> "has waited" + time + " for a processor";
    };
  }

  private static String what(Finding.RootCause found) {
    String detail = found.detail();
    String time = time(found.lasted());
    return switch (found.kind()) {
      case IN_CALLBACK -> "has spent " + time + " in " + detail;
      case AWAITS_INPUT -> "has been waiting for input for " + time + ", in " + detail;
      case STARTING -> "has been starting for " + time + ", " + detail;
      case NOBODY_SUBSCRIBES -> detail.isEmpty() ? "has no consumer"
          : "has no consumer any more: " + quoted(detail) + " was the last to leave";
      case UNCLAIMED_PARTITION -> "has events for partition " + detail + ", which no consumer has subscribed to";
      case SOURCE_SILENT -> "has had nothing to emit for " + time + ", though it is asked for events";
      case NO_SUBSCRIPTION -> "is subscribed to no producer" + (detail.isEmpty() ? "" : " any more: " + detail);
      case NOTHING_SELECTED -> "is given no event: " + detail;
      case PAUSED -> "has been paused for " + time;
      case BACKING_OFF -> "backs off " + (detail.isEmpty() ? "until its restart" : detail);
      case HELD -> "waits for the restart of its group" + (detail.isEmpty() ? "" : " " + detail);
      case DELIVERIES_OPEN -> "has handed out " + detail + ", and may hand out no more before one is settled;"
          + " that has been so for " + time;
      case ANSWERS_FAIL -> "cannot answer for " + detail + "; that has gone on for " + time;
      case THROTTLED -> "throttles, as it was told to, and lets no more through yet";
      case NOT_REQUESTED -> "asks for events by hand, and has not requested any for " + time;
      case SUBSCRIBER_SILENT ->
          "serves " + (detail.isEmpty() ? "a subscriber that has requested nothing" : detail) + " for " + time;
      case NO_CARRIER -> "is ready to run but gets no processor" + (detail.isEmpty() ? "" : ", because of " + detail);
      case ELSEWHERE -> "belongs to another scope" + (detail.isEmpty() ? "" : " and " + detail);
      case SILENT_ELSEWHERE -> "has sent nothing for " + time + ", and belongs to another scope";
    };
  }

  static String of(Finding.Bottleneck found) {
    if (found.throttles()) {
      return quoted(found.stage()) + " lets " + number(found.capacity() * found.busy())
          + " events a second through, and no more, because it was told to throttle";
    }
    String text = quoted(found.stage()) + " is busy " + Math.round(100 * found.busy()) + " % of the time";
    if (found.capacity() == 0) return text + ", in one callback that has not returned yet";
    text += " and can handle " + (found.capacity() < 10 ? decimal(found.capacity()) : number(found.capacity()))
        + " events a second";
    if (found.amplification() > 0 && Math.abs(found.amplification() - 1) > 0.05) {
      text += ", emitting " + decimal(found.amplification()) + " for each";
    }
    if (found.next().isEmpty()) return text;
    if (found.gain() < 1.05) return text + "; " + quoted(found.next().get()) + " is hardly less busy";
    return text + "; without it " + quoted(found.next().get()) + " would be the limit, at "
        + decimal(found.gain()) + " times the rate";
  }

  static String of(Finding.Skew found) {
    return quoted(found.member()) + " gets " + number(found.rate()) + " events a second from "
        + quoted(found.producer()) + ", the median of its group only " + number(found.median()) + ": partition \""
        + found.partition() + "\" has too many of the keys";
  }

  static String of(Finding.Closing found) {
    List<String> stages = found.stages();
    int others = stages.size() - MOST_NAMED;
    String named = stages.stream().limit(MOST_NAMED).map(Sentences::quoted).collect(Collectors.joining(", "))
        + (others > 0 ? " and " + others + " more" : "");
    boolean isOne = stages.size() == 1;
    if (found.left().isZero()) {
      return quoted(found.scope()) + " is closing: " + named + (isOne ? " was" : " were") + " cancelled, and "
          + (isOne ? "has" : "have") + " not ended yet";
    }
    return quoted(found.scope()) + " is closing, and waits for " + named + "; it cancels what has not ended in "
        + time(found.left());
  }

  static String of(Finding.Healthy found) {
    String stages = found.stages() == 1 ? "1 stage" : found.stages() + " stages";
    String rate = found.eventsPerSecond() == 0 ? "no events at the moment"   // a look is short, and a batch may be long
        : number(found.eventsPerSecond()) + " events a second";
    return "nothing is stuck: " + stages + ", " + rate;
  }

  /**
   * {@return a text in which nothing ends the line, controls a terminal or turns the writing round} Names of partitions
   * and threads are what a program likes.
   */
  static String plain(String text) {
    if (text.codePoints().noneMatch(Sentences::mustBeEscaped)) return text;
    var plain = new StringBuilder();
    text.codePoints().forEach(point -> {
      if (mustBeEscaped(point)) plain.append(String.format(Locale.ROOT, "\\u%04x", point));
      else plain.appendCodePoint(point);
    });
    return plain.toString();
  }

  private static boolean mustBeEscaped(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE -> true;
      default -> false;
    };
  }

  private static String quoted(String path) {
    return "`" + path + "`";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,d", Math.round(value));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }

  /** {@return a time as people say it: 340 ms, 12 s, 5 min, 3 h} */
  private static String time(Duration time) {
    long millis = time.toMillis();
    if (millis < 1_000) return millis + " ms";
    if (millis < 10_000) return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    if (millis < 120_000) return millis / 1_000 + " s";
    if (millis < 7_200_000) return millis / 60_000 + " min";
    return millis / 3_600_000 + " h";
  }
}
