package stage.runtime.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import stage.runtime.observe.page.TreePart;

/** Writes JSON that is safe to put into a page: a name cannot close a script or start an element. One thread. */
final class Json {
  private static final long MOST_EXACT = 1L << 53;   // from here on JavaScript cannot tell two neighbours apart

  private final StringBuilder text = new StringBuilder();
  private final List<Age> ages = new ArrayList<>();   // of the part that is being written
  private boolean isFirst = true;   // whether nothing precedes in the present object or array

  /**
   * Where a key stands whose value only tells how long ago something was.
   *
   * @param from where the key begins
   * @param to where its value ends
   * @param millis the value
   */
  private record Age(int from, int to, double millis) {}

  Json open(char bracket) {
    text.append(bracket);
    isFirst = true;
    return this;
  }

  Json close(char bracket) {
    text.append(bracket);
    isFirst = false;
    return this;
  }

  /** Begins the next element of an array. */
  Json next() {
    if (!isFirst) text.append(',');
    isFirst = false;
    return this;
  }

  Json key(String name) {
    next();
    quoted(name);
    text.append(':');
    return this;
  }

  Json put(String name, String value) {
    return key(name).quoted(value);
  }

  Json put(String name, boolean value) {
    key(name);
    text.append(value);
    return this;
  }

  /** Beyond 2^53 as a string, since JavaScript would round it. */
  Json put(String name, long value) {
    key(name);
    if (value > MOST_EXACT || value < -MOST_EXACT) return quoted(Long.toString(value));
    text.append(value);
    return this;
  }

  /** With three decimals at most. */
  Json put(String name, double value) {
    key(name);
    long thousandths = Double.isFinite(value) ? Math.round(value * 1_000) : 0;   // nothing is so large as to overflow
    if (thousandths < 0) text.append('-');
    text.append(Math.abs(thousandths / 1_000));
    long fraction = Math.abs(thousandths % 1_000);
    if (fraction == 0) return this;
    text.append('.').append(fraction / 100);   // not by String.format: it took half of the time of a page
    if (fraction % 100 != 0) text.append(fraction / 10 % 10);
    if (fraction % 10 != 0) text.append(fraction % 10);
    return this;
  }

  /** How long ago something was: this grows while nothing happens. */
  Json putAge(String name, long millis) {
    int from = text.length();
    put(name, millis);
    ages.add(new Age(from, text.length(), millis));
    return this;
  }

  /** How long ago something was, with a fraction. */
  Json putAge(String name, double millis) {
    int from = text.length();
    put(name, millis);
    ages.add(new Age(from, text.length(), millis));
    return this;
  }

  Json putNull(String name) {
    key(name);
    text.append("null");
    return this;
  }

  Json quoted(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        default -> {
          if (isUnsafe(value, i)) text.append("\\u").append(hex(c));
          else text.append(c);
        }
      }
    }
    text.append('"');
    return this;
  }

  private static boolean isUnsafe(String value, int at) {
    char c = value.charAt(at);
    if (c < ' ' || c >= 0x7f && c < 0xa0) return true;            // controls
    if (c == '<' || c == '>' || c == '&') return true;            // could end a script, or start an element
    if (c == '\u2028' || c == '\u2029') return true;              // line ends in old scripts
    // turn the direction of what follows
    if (c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069') return true;
    return Character.isSurrogate(c) && isAlone(value, at);        // no encoding has a form for it
  }

  private static boolean isAlone(String value, int at) {
    char c = value.charAt(at);
    if (Character.isHighSurrogate(c)) return at + 1 == value.length() || !Character.isLowSurrogate(value.charAt(at
        + 1));
    return at == 0 || !Character.isHighSurrogate(value.charAt(at - 1));
  }

  private static String hex(char c) {
    return String.format(Locale.ROOT, "%04x", (int) c);
  }

  /** {@return how much has been written} */
  int length() {
    return text.length();
  }

  /** {@return what has been written since then} */
  String since(int from) {
    return text.substring(from);
  }

  /** {@return what has been written since then, as a part of a tree; all ages since the last part are in it} */
  TreePart part(long id, int from) {
    var steady = new StringBuilder();
    int at = from;
    for (Age age : ages) {
      steady.append(text, at, age.from());
      at = age.to();
    }
    steady.append(text, at, text.length());
    var part = new TreePart(id, since(from), steady.toString(), ages.stream().map(Age::millis).toList());
    ages.clear();
    return part;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
