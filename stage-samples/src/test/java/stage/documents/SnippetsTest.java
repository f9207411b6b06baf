package stage.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The code, the commands and the links in documents are true.
 *
 * <p>What stands behind the fence of a Java block says what it is:
 * <ul>
 *   <li>{@code java}: statements, compiled as the body of a method, with the imports below;
 *   <li>{@code java run}: the same, and run; a {@code text} block that follows at once is what it prints;
 *   <li>{@code java types}: type declarations, which the other blocks of the document see;
 *   <li>{@code java program}: a source file of its own, with its imports; what it imports of Kafka and Flink comes
 *       from stand-ins;
 *   <li>in tables below the note {@code <!-- the last column is Java -->}: an expression, compiled as it is;
 *   <li>{@code java file=PATH}: stands in that file as it stands here, but for indentation.
 * </ul>
 *
 * <p>The snippets in the Javadoc of the API are compiled like {@code java} blocks, or like {@code java types} if they
 * begin with a class.
 */
class SnippetsTest {
  private static final List<String> IMPORTS =
      List.of("java.io.*", "java.net.*", "java.net.http.*", "java.nio.file.*", "java.time.*", "java.util.*",
      "java.util.concurrent.*", "java.util.stream.*", "stage.api.*", "stage.api.observe.*", "stage.api.pipeline.*",
      "stage.api.supervision.*", "stage.runtime.testkit.*", "static stage.runtime.testkit.CrashRule.*",
      "java.util.concurrent.atomic.*", "jdk.jfr.consumer.RecordingStream", "stage.documents.standins.*",
      "stage.documents.standins.kafka.*", "static stage.documents.standins.Given.*");

  private static final Pattern ENGINE_IMPORT =
      Pattern.compile("^import org\\.apache\\.(kafka|flink)\\.[a-z.]+\\.([A-Z]\\w*);$", Pattern.MULTILINE);

  private static final Pattern TYPE =
      Pattern.compile("^(?:public )?(?:final )?(?:class|record|interface|enum) (\\w+)", Pattern.MULTILINE);

  private static final Path LAUNCHER = Document.ROOT.resolve("stage");

  /** Some blocks show a crash, which is logged. Kept in a field, or the logger would forget its level. */
  private static final java.util.logging.Logger LOG = java.util.logging.Logger.getLogger("stage");

  @TempDir
  static Path classes;

  /** What the compiler has said of a document: each is compiled once, however many of its blocks are run. */
  private static final Map<Document, List<String>> COMPILED = new ConcurrentHashMap<>();

  static Stream<Document> documents() {
    return Document.all().stream();
  }

  static Stream<Document> javadoc() {
    return Document.ofJavadoc().stream();
  }

  static Stream<Document.Block> runnableBlocks() {
    return documents().flatMap(document -> document.blocks().stream()).filter(block -> block.info().equals("java run"));
  }

  static Stream<Document.Block> excerpts() {
    return documents().flatMap(document -> document.blocks().stream())
        .filter(block -> block.info().startsWith("java file="));
  }

  @Nested
  class JavaBlocks {
    @Test
    void areThere() {
      assertThat(documents().map(document -> document.path().toString())).contains("README.md", "docs/guide.md",
          "docs/coming-from-genstage.md");
      assertThat(runnableBlocks()).isNotEmpty();
    }

    @ParameterizedTest(name = "of {0}")
    @MethodSource("stage.documents.SnippetsTest#documents")
    void areOfAKnownKind(Document document) {
      assertThat(document.blocks().stream().map(Document.Block::info).filter(info -> info.startsWith("java")))
          .allMatch(info -> Set.of("java", "java run", "java types", "java program").contains(info)
              || info.startsWith("java file="));
    }

    @ParameterizedTest(name = "of {0}")
    @MethodSource("stage.documents.SnippetsTest#documents")
    void compile(Document document) {
      assertThat(compileAll(document)).as("what the compiler says; the numbers are lines of the document").isEmpty();
    }

    @Test
    void ofTheTablesForNewcomersAreThere() {
      assertThat(documents().filter(document -> document.path().endsWith("coming-from.md"))
          .flatMap(document -> document.javaInTables().stream())).hasSizeGreaterThan(90);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stage.documents.SnippetsTest#excerpts")
    void thatNameAFileStandThere(Document.Block block) throws IOException {
      Path file = Document.ROOT.resolve(block.info().substring("java file=".length()));

      assertThat(stripped(Files.readAllLines(file))).contains(stripped(block.lines()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stage.documents.SnippetsTest#runnableBlocks")
    void printWhatTheDocumentSays(Document.Block block) throws Exception {
      Document document =
          documents().filter(candidate -> candidate.path().equals(block.document())).findFirst().orElseThrow();
      assertThat(compileAll(document)).isEmpty();

      String printed = run(document, block);

      var blocks = document.blocks();
      int next = blocks.indexOf(block) + 1;
      if (next < blocks.size() && blocks.get(next).info().equals("text"))
        assertThat(printed).isEqualTo(blocks.get(next).text());
    }
  }

  @Nested
  class SnippetsInJavadoc {
    @Test
    void areThere() {
      assertThat(javadoc().map(document -> document.path().getFileName().toString())).contains("Stage.java",
          "Supervisor.java", "Pipeline.java");
    }

    @ParameterizedTest(name = "of {0}")
    @MethodSource("stage.documents.SnippetsTest#javadoc")
    void compile(Document source) {
      assertThat(compileAll(source)).as("what the compiler says; the numbers are lines of the source").isEmpty();
    }
  }

  @Nested
  class Commands {
    @Test
    void nameWhatTheLauncherKnows() throws IOException {
      Set<String> known = launcherCommands();
      Set<String> unknown = new TreeSet<>();
      List<String> commands =
          documents().flatMap(document -> document.blocks().stream()).filter(block -> block.info().equals("console"))
          .flatMap(block -> block.lines().stream()).map(line -> line.replaceFirst("^\\$ ", "").strip())
          .filter(line -> line.startsWith("./stage ")).toList();
      for (String command : commands) {
        String[] words = command.split("\\s+");
        if (!known.contains(words[1])) unknown.add(command);
        boolean isSnippet = words[1].equals("shell") && words.length > 2;
        if (isSnippet && !Files.exists(Document.ROOT.resolve("stage-samples/jshell").resolve(words[2])))
          unknown.add(command);
      }

      assertThat(commands).isNotEmpty();
      assertThat(known).contains("hello", "flights", "bench", "shell");
      assertThat(unknown).isEmpty();
    }

    @Test
    void ofTheReadmeBeginWithTheFlightsAndTheBuild() {
      List<String> commands = documents().filter(document -> document.path().toString().equals("README.md"))
          .flatMap(document -> document.blocks().stream()).filter(block -> block.info().equals("console"))
          .flatMap(block -> block.lines().stream()).filter(line -> line.startsWith("$ ")).map(line -> line.substring(2))
          .toList();

      assertThat(commands).startsWith("./stage flights", "mvn verify");
    }
  }

  @Nested
  class Links {
    @Test
    void leadSomewhere() {
      var documents = documents().collect(Collectors.toMap(Document::path, document -> document));
      List<String> broken = new ArrayList<>();
      for (Document document : documents.values()) {
        for (String link : document.links()) {
          String target = link.substring(link.indexOf(' ') + 1);
          if (target.startsWith("https://")) continue;
          int hash = target.indexOf('#');
          Path file = hash == 0 ? document.path()
              : Path.of(document.path().toString()).resolveSibling(hash < 0 ? target : target.substring(0, hash));
          Path normalized = file.normalize();
          if (!Files.exists(Document.ROOT.resolve(normalized))) {
            broken.add(document.path() + ":" + link);
          } else if (hash >= 0 && documents.containsKey(normalized)
              && documents.get(normalized).heading(target.substring(hash + 1)).isEmpty()) {
            broken.add(document.path() + ":" + link + " (no such heading)");
          }
        }
      }

      assertThat(broken).isEmpty();
    }

    @Test
    void leadToClassesThatAreThereWhereCodeNamesATest() throws IOException {
      Set<String> classes = simpleNamesOfSources();
      List<String> missing = new ArrayList<>();
      for (Document document : documents().toList()) {
        for (String line : document.proseLines()) {
          Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|Simulation))`").matcher(line).results()
              .map(match -> match.group(1)).filter(name -> !classes.contains(name))
              .forEach(name -> missing.add(document.path() + ": " + name));
        }
      }

      assertThat(missing).isEmpty();
    }
  }

  /** The rules above are tried on what they have to refuse. */
  @Nested
  class ABlockThatIsWrong {
    @Test
    void isReportedWithItsLine() {
      var document =
          new Document(Path.of("wrong.md"), List.of("Text.", "", "```java", "int one = 1;", "int two = none;", "```"));

      assertThat(compileAll(document)).singleElement().asString().startsWith("wrong.md:5: ").contains("none");
    }

    @Test
    void isReportedInAProgramToo() {
      var document = new Document(Path.of("wrong.md"), List.of("```java program",
          "import org.apache.kafka.common.TopicPartition;", "record Wrong(TopicPartition one, TopicPartitions two) {}",
          "```"));

      assertThat(compileAll(document)).singleElement().asString()
          .startsWith("wrong.md:3: ").contains("TopicPartitions");
    }

    @Test
    void isReportedInJavadocToo() {
      Document document = Document.ofJavadoc(Path.of("Wrong.java"), List.of("/**", " * Text.", " *", " * {@snippet :",
          " * if (1 > 0) {", " *   int two = none;", " * }", " * }", " */"));

      assertThat(compileAll(document)).singleElement().asString().startsWith("Wrong.java:6: ").contains("none");
    }

    @Test
    void inATableIsReportedWithItsLine() {
      var document = new Document(Path.of("wrong.md"), List.of("<!-- the last column is Java -->", "",
          "| that | this |", "|---|---|", "| `one` | `Pipeline.of(1)`, and so on |", "| `two` | `Pipeline.off(2)` |"));

      assertThat(compileAll(document)).singleElement().asString().startsWith("wrong.md:6: ").contains("off");
    }

    @Test
    void ofAnUnknownKindIsSeen() {
      var document = new Document(Path.of("wrong.md"), List.of("```java anything", "```"));

      assertThat(document.blocks()).singleElement().extracting(Document.Block::info).isEqualTo("java anything");
    }
  }

  // ---- compiling: one class per document, with a method per block; blocks keep their line numbers

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static String classNameOf(Document document) {
    return "of_" + document.path().getFileName().toString().replaceAll("\\.md$", "").replaceAll("[^A-Za-z0-9]", "_")
        .toLowerCase(Locale.ROOT);
  }

  private static String methodNameOf(Document.Block block) {
    return "block" + block.line();
  }

  private static String sourceOf(Document document) {
    var head = new StringBuilder();
    for (String name : IMPORTS) head.append("import ").append(name).append("; ");
    if (document.path().toString().endsWith(".java"))
      head.append("import static stage.documents.standins.GivenInJavadoc.*; ");
    head.append("public class ").append(classNameOf(document)).append(" { ");
    var source = new StringBuilder(head);
    int line = 1;
    List<Document.Block> all = Stream.concat(document.blocks().stream(), document.javaInTables().stream())
        .sorted(Comparator.comparingInt(Document.Block::line)).toList();
    for (Document.Block block : all) {
      if (block.info().equals("java cell")) {
        source.append("\n".repeat(block.line() - line)).append("public Object ").append(methodNameOf(block))
            .append("() throws Exception { return ").append(block.lines().getFirst()).append("; }");
        line = block.line();
        continue;
      }
      boolean isTypes = block.info().equals("java types");
      if (!isTypes && !block.info().equals("java") && !block.info().equals("java run")) continue;
      source.append("\n".repeat(block.line() - 1 - line));
      source.append(isTypes ? "\n" : "public void " + methodNameOf(block) + "() throws Exception {\n");
      source.append(block.text());
      source.append(isTypes ? "" : "}");
      line = block.line() + block.lines().size();
    }
    return source.append("}\n").toString();
  }

  private static List<String> compileAll(Document document) {
    return COMPILED.computeIfAbsent(document, SnippetsTest::compileAnew);
  }

  private static Path classesOf(Document document) {
    return classes.resolve(document.path().toString().replace('/', '_'));   // docs/ko has the same names
  }

  private static List<String> compileAnew(Document document) {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var errors = new ArrayList<String>();
    var options = List.of("-d", ensureIsThere(classesOf(document)).toString(), "-cp", System.getProperty("java.class.path"), "-proc:none",
        "-Xlint:all,-serial,-path,-this-escape");
    compiler.getTask(new StringWriter(), null,
        diagnostic -> errors
            .add(document.path() + ":" + diagnostic.getLineNumber() + ": " + diagnostic.getMessage(Locale.ROOT)),
        options, null, sourcesOf(document)).call();
    return errors;
  }

  private static Path ensureIsThere(Path directory) {
    try {
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Source> sourcesOf(Document document) {
    List<Source> sources = new ArrayList<>();
    sources.add(new Source(classNameOf(document), sourceOf(document)));
    document.blocks().stream().filter(block -> block.info().equals("java program"))
        .forEach(block -> sources.add(programOf(block)));
    return sources;
  }

  private static Source programOf(Document.Block block) {
    Matcher type = TYPE.matcher(block.text());
    if (!type.find()) throw new IllegalStateException(block + ": a program declares a type");
    String text = ENGINE_IMPORT.matcher(block.text()).replaceAll("import stage.documents.standins.$1.$2;");
    return new Source(type.group(1), "\n".repeat(block.line() - 1) + text);
  }

  private String run(Document document, Document.Block block) throws Exception {
    var printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    LOG.setLevel(java.util.logging.Level.OFF);
    URL[] path = {classesOf(document).toUri().toURL()};
    try (var loader = new URLClassLoader(path, getClass().getClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      Class<?> type = loader.loadClass(classNameOf(document));
      Method method = type.getMethod(methodNameOf(block));
      method.invoke(type.getConstructor().newInstance());
    } finally {
      System.setOut(before);
      LOG.setLevel(null);
    }
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  private static String stripped(List<String> lines) {
    return lines.stream().map(String::strip).collect(Collectors.joining("\n"));
  }

  private static Set<String> launcherCommands() throws IOException {
    return Files.readAllLines(LAUNCHER).stream().filter(line -> line.matches("  [a-z-]+\\) .*"))
        .map(line -> line.substring(2, line.indexOf(')'))).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> simpleNamesOfSources() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String module : List.of("stage-api", "stage-runtime", "stage-samples")) {
      try (Stream<Path> files = Files.walk(Document.ROOT.resolve(module).resolve("src"))) {
        files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".java"))
            .forEach(name -> names.add(name.substring(0, name.length() - 5)));
      }
    }
    return names;
  }
}
