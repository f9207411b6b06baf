package stage.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** What somebody looks for in the documents, and must find. */
class PromisesTest {
  private static String text(String path) throws IOException {
    return Files.readString(Document.ROOT.resolve(path)).replaceAll("\\s+", " ");
  }

  private static long programsOf(String path) {
    return Document.all().stream().filter(document -> document.path().toString().equals(path))
        .flatMap(document -> document.blocks().stream()).filter(block -> block.info().equals("java program")).count();
  }

  @Test
  void fl04_sayThatAFileRewrittenInPlaceIsNotNoticed() throws IOException {
    assertThat(text("docs/flights.md"))
        .contains("A file that is rewritten in place and is longer than before goes unnoticed");
  }

  @Test
  void k02_k03_haveCompleteProgramsForOtherEngines() throws IOException {
    assertThat(programsOf("docs/where-one-machine-is-not-enough.md")).isGreaterThanOrEqualTo(3);
    assertThat(text("docs/where-one-machine-is-not-enough.md")).contains("Kafka", "Flink");
  }

  @Test
  void k05_sayWhatToSetForPekko() throws IOException {
    assertThat(text("docs/where-one-machine-is-not-enough.md")).contains("Attributes.inputBuffer(");
  }

  @Test
  void n12_sayWhatASlowConsumerOfABroadcastHoldsAndHowToDropForIt() throws IOException {
    assertThat(text("docs/guide.md")).contains("at the pace of the slowest", "To drop what a slow consumer cannot take");
  }

  @Test
  void n15_showGradleBothJars() throws IOException {
    assertThat(text("docs/modules.md")).contains("implementation 'dev.stage:stage-api", "runtimeOnly 'dev.stage:stage-runtime",
        "testImplementation 'dev.stage:stage-runtime");
  }

  @Test
  void n16_nameWhatAuthorsLookFor() throws IOException {
    String all = text("docs/guide.md") + text("docs/reference.md") + text("docs/cookbook.md");
    assertThat(all).contains("mapState", "Stage.ofIterable", "retry", "batch", "throttle", "window");
  }

  @Test
  void n18_theJarsAndThePomSayUnderWhichLicense() throws IOException {
    assertThat(text("pom.xml")).contains("<license>", "<developer>", "<include>LICENSE</include>");
    assertThat(Files.exists(Document.ROOT.resolve("LICENSE"))).isTrue();
  }
}
