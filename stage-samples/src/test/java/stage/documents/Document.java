package stage.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A document of the project, taken apart: its fenced blocks, its links and its headings.
 *
 * @param path where it is, from the root of the project
 * @param lines its text
 */
record Document(Path path, List<String> lines) {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final String NOTE = "<!-- the last column is Java -->";
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

  /**
   * A fenced block.
   *
   * @param document the document it is in
   * @param line where its text begins, from 1
   * @param info what stands behind the opening fence, such as {@code java types}
   * @param lines its text
   */
  record Block(Path document, int line, String info, List<String> lines) {
    String text() {
      return String.join("\n", lines) + "\n";
    }

    @Override
    public String toString() {
      return document + ":" + line;
    }
  }

  /** The documents beside the docs folder. */
  private static final List<String> AT_THE_TOP =
      List.of("README.md", "README.ko.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md");

  /** {@return the documents at the top of the project and all in docs} */
  static List<Document> all() {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream<Path> atTheTop = AT_THE_TOP.stream().map(ROOT::resolve);
      return Stream.concat(atTheTop, docs.filter(path -> path.toString().endsWith(".md")).sorted()).map(Document::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return the sources of the API whose Javadoc has snippets, each as a document of these alone} */
  static List<Document> ofJavadoc() {
    try (Stream<Path> sources = Files.walk(ROOT.resolve("stage-api/src/main/java"))) {
      return sources.filter(path -> path.toString().endsWith(".java")).sorted().map(Document::read)
          .map(source -> ofJavadoc(source.path, source.lines)).filter(document -> !document.blocks().isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return the snippets as blocks, on the lines where they stand; one that begins with a class declares types} */
  static Document ofJavadoc(Path path, List<String> source) {
    List<String> lines = new ArrayList<>();
    int depth = 0;   // of braces, that of the tag among them
    for (int i = 0; i < source.size(); i++) {
      String line = source.get(i).replaceFirst("^ *\\*? ?", "");
      if (depth == 0) {
        boolean begins = line.startsWith("{@snippet :");
        lines.add(!begins ? "" : source.get(i + 1).contains("* class ") ? "```java types" : "```java");
        if (begins) depth = 1;
        continue;
      }
      depth += count(line, '{') - count(line, '}');
      lines.add(depth == 0 ? "```" : line);
    }
    return new Document(path, lines);
  }

  private static int count(String line, char brace) {
    return (int) line.chars().filter(c -> c == brace).count();
  }

  private static Document read(Path file) {
    try {
      return new Document(ROOT.relativize(file), Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    int start = -1;
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith("```")) continue;
      if (start < 0) {
        start = i;
      } else {
        blocks.add(new Block(path, start + 2, lines.get(start).substring(3).strip(),
            List.copyOf(lines.subList(start + 1, i))));
        start = -1;
      }
    }
    if (start >= 0) throw new IllegalStateException(path + ":" + (start + 1) + ": this block is never closed");
    return blocks;
  }

  /** {@return the Java in tables: of each row below a note that says so, the first code in its last column} */
  List<Block> javaInTables() {
    List<Block> cells = new ArrayList<>();
    boolean isBelowNote = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.equals(NOTE)) isBelowNote = true;
      else if (line.startsWith("#")) isBelowNote = false;
      if (!isBelowNote || !line.startsWith("| ")) continue;
      Matcher code = CODE.matcher(line.substring(line.lastIndexOf(" | ")));
      if (code.find()) cells.add(new Block(path, i + 1, "java cell", List.of(code.group(1))));
    }
    return cells;
  }

  /** {@return the targets of all links, with the line number in front: {@code 17 docs/guide.md}} */
  List<String> links() {
    List<String> links = new ArrayList<>();
    List<String> prose = proseLines();
    for (int i = 0; i < prose.size(); i++) {
      int line = i + 1;
      LINK.matcher(prose.get(i)).results().map(MatchResult::group).forEach(link ->
          links.add(line + " " + link.substring(link.lastIndexOf('(') + 1, link.length() - 1)));
    }
    return links;
  }

  /** {@return the heading whose anchor this is, as GitHub makes anchors} */
  Optional<String> heading(String anchor) {
    return proseLines().stream().filter(line -> line.startsWith("#") && anchorOf(line).equals(anchor)).findFirst();
  }

  private static String anchorOf(String heading) {
    String text = heading.replaceFirst("^#+", "").strip().toLowerCase(Locale.ROOT);
    return text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  /** {@return the text with the lines of blocks left empty} */
  List<String> proseLines() {
    List<String> prose = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      boolean fence = line.startsWith("```");
      prose.add(inside || fence ? "" : line);
      if (fence) inside = !inside;
    }
    return prose;
  }
}
