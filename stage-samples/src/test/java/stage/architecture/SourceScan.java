package stage.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Looks through the lines of a source file for what is banned, and says so like a colleague. */
final class SourceScan {
  /**
   * Something that is banned.
   *
   * @param pattern what it looks like
   * @param words what is said of it
   * @param inComments whether it is looked for in comments and texts too
   * @param where in which files, by their path from the root of the project
   */
  private record Ban(Pattern pattern, String words, boolean inComments, Predicate<String> where) {}

  private static final Predicate<String> MAIN = path -> path.contains("/src/main/");
  private static final Predicate<String> LIBRARY = MAIN.and(path -> !path.startsWith("stage-samples"));

  private static final List<Ban> BANS = List.of(
      new Ban(Pattern.compile("\\bsynchronized\\b"),
          "synchronized is banned here, use a ReentrantLock, or one writer and an access mode", false, MAIN),
      new Ban(Pattern.compile("\\bThread\\s*\\.\\s*sleep\\b"), "Thread.sleep is banned here, use Time", false, MAIN),
      new Ban(Pattern.compile("\\bThread\\s*\\.\\s*sleep\\b"), "Thread.sleep is banned in tests, await a fact instead",
          false, MAIN.negate()),
      new Ban(Pattern.compile("\\bTimeUnit\\b.*\\.\\s*sleep\\b"),
          "sleep is banned in all its forms, await a fact or use Time", false, path -> true),
      // A driver yields once before it parks, and says why.
      new Ban(Pattern.compile("\\bThread\\s*\\.\\s*yield\\b"), "Thread.yield is banned here, use Time", false,
          MAIN.and(path -> !path.endsWith("/stage/runtime/time/ThreadDriver.java"))),
      new Ban(Pattern.compile("\\bThread\\s*\\.\\s*onSpinWait\\b"), "Thread.onSpinWait is banned here, use Time", false,
          MAIN),
      new Ban(Pattern.compile("\\bSystem\\s*\\.\\s*(out|err)\\b"), "a library prints nothing, use System.Logger", false,
          LIBRARY),
      new Ban(Pattern.compile("\\bprintStackTrace\\b"), "printStackTrace is banned here, log, count or rethrow it",
          false, LIBRARY),
      new Ban(Pattern.compile("\\bcatch\\s*\\(.*\\bignored?\\s*\\)"),
          "nothing that is caught is ignored: count, keep or rethrow it", false, MAIN),
      new Ban(Pattern.compile("\\b(TODO|FIXME|XXX)\\b"), "do it, or say in a sentence why not", true, path -> true));

  private SourceScan() {}

  /** {@return what is wrong in a file, a line each} */
  static List<String> complaints(String path, List<String> lines) {
    List<String> complaints = new ArrayList<>();
    List<String> code = withoutCommentsAndTexts(lines);
    String name = path.substring(path.lastIndexOf('/') + 1);
    for (int i = 0; i < lines.size(); i++) {
      for (Ban ban : BANS) {
        String line = ban.inComments() ? lines.get(i) : code.get(i);
        if (ban.where().test(path) && ban.pattern().matcher(line).find())
          complaints.add(name + ":" + (i + 1) + ": " + ban.words());
      }
    }
    return complaints;
  }

  /** {@return the lines, with comments, strings and text blocks left out} */
  static List<String> withoutCommentsAndTexts(List<String> lines) {
    List<String> code = new ArrayList<>();
    String until = null;   // what ends the comment or text block that a line begins in
    for (String line : lines) {
      var kept = new StringBuilder();
      int at = 0;
      while (at < line.length()) {
        if (until != null) {
          int end = line.indexOf(until, at);
          at = end < 0 ? line.length() : end + until.length();
          if (end >= 0) until = null;
        } else if (line.startsWith("//", at)) {
          at = line.length();
        } else if (line.startsWith("/*", at)) {
          until = "*/";
          at += 2;
        } else if (line.startsWith("\"\"\"", at)) {
          until = "\"\"\"";
          at += 3;
        } else if (line.charAt(at) == '"' || line.charAt(at) == '\'') {
          at = endOfText(line, at);
        } else {
          kept.append(line.charAt(at++));
        }
      }
      code.add(kept.toString());
    }
    return code;
  }

  private static int endOfText(String line, int start) {
    char quote = line.charAt(start);
    int at = start + 1;
    while (at < line.length() && line.charAt(at) != quote) at += line.charAt(at) == '\\' ? 2 : 1;
    return at + 1;
  }
}
