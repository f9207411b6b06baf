package stage.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.StopReason;
import stage.api.WaitReason;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.StageEvent;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.observe.page.TreePart;
import stage.runtime.observe.page.TreeText;

class TreeJsonTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @Nested
  class ATree {
    private final TreeSnapshot before = SampleTrees.shop(NOON.minusSeconds(2), 1_000_000_000L, 10_000);
    private final TreeSnapshot now = SampleTrees.shop(NOON, 3_000_000_000L, 12_500);
    private final Explanation explanation = new Explanation(List.of(new Finding.RootCause("shop/db-writer",
        Finding.Kind.IN_CALLBACK,
        Duration.ofSeconds(12), List.of(new Finding.Victim("shop/prices", Optional.of(WaitReason.DEMAND),
            Duration.ofSeconds(12), 0)),
        "onEvents, waiting in `Jdbc.execute`", List.of())));
    private final List<StageEvent> events = List.of(new StageEvent.Started("shop/prices"),
        new StageEvent.Crashed("shop/db-writer", 1, new IllegalStateException("secret"), "onEvents"),
        new StageEvent.Ended("shop/prices", new StopReason.Completed()));

    @Test
    void isWrittenWithItsKeysInTheirOrder() throws IOException {
      assertThat(TreeJson.of(now, TreeRates.between(before, now), Optional.of(explanation), events))
          .isEqualTo(golden("shop.json"));
    }

    @Test
    void saysNoMessageOfAnException() {
      assertThat(TreeJson.of(now, TreeRates.NONE, Optional.of(explanation), events)).doesNotContain("secret");
    }

    @Test
    void hasNoRatesWithoutAnEarlierOne() {
      assertThat(TreeJson.of(now, TreeRates.NONE, Optional.empty(), List.of())).contains("\"rateIn\":0,\"rateOut\":0",
          "\"findings\":[]");
    }

    @Test
    void hasAPartForEachStageAndSubscription() {
      TreeText text = TreeJson.text(now, TreeRates.NONE, Optional.of(explanation), events);

      assertThat(text.stages()).extracting(TreePart::id).containsExactly(1L, 2L);
      assertThat(text.edges()).extracting(TreePart::id).containsExactly(7L);
      assertThat(text.whole()).startsWith("{" + text.head() + ",\"stages\":[" + text.stages().getFirst().text() + ","
          + text.stages().getLast().text() + "],\"edges\":[" + text.edges().getFirst().text() + "],\"findings\":"
          + text.findings() + ",\"supervisors\":" + text.supervisors() + ",\"events\":[");
    }

    @Test
    void saysOfItsPartsWhatOnlyGrowsOlder() {
      TreeText text = TreeJson.text(now, TreeRates.NONE, Optional.empty(), List.of());
      TreePart writer = text.stages().getLast();

      assertThat(writer.ages()).containsExactly(30_000.0, 12_345.0, 0.0, 75_000.0, 1_234.0, 30_000.0);
      assertThat(writer.steady()).contains("\"path\":\"shop/db-writer\"", "\"max\":12000")
          .doesNotContain("sinceMs", "\"now\"", "waitingMs", "lagMs", "agoMs", "lastingMs");
      assertThat(text.edges().getFirst().ages()).containsExactly(340.0);
    }

    private String golden(String name) throws IOException {
      try (InputStream file = TreeJsonTest.class.getResourceAsStream(name)) {
        // Broken into lines for readers; what is compared has none.
        return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().map(String::strip).reduce("",
            String::concat);
      }
    }
  }

  @Nested
  class AName {
    @ParameterizedTest(name = "{0}")
    @CsvSource(quoteCharacter = '`', value = {
        "</script><img src=x onerror=alert(1)>, \\u003c/script\\u003e\\u003cimg src=x onerror=alert(1)\\u003e",
        "a&b, a\\u0026b",
        "`a\"b`, a\\\"b",
        "a\\b, a\\\\b",
        "zürich, zürich",
    })
    void sec05_cannotLeaveItsString(String name, String written) {
      assertThat(new Json().quoted(name)).hasToString('"' + written + '"');
    }

    @Test
    void sec05_hasNoControlsNoOldLineEndsNoBidiAndNoHalfCharacters() {
      assertThat(new Json().quoted("\0\n\u001b\u2028\u2029\u202e\u2066\ud800x\udc00")).hasToString(
          "\"\\u0000\\n\\u001b\\u2028\\u2029\\u202e\\u2066\\ud800x\\udc00\"");
      assertThat(new Json().quoted("\ud83d\ude80")).as("a whole one stays").hasToString("\"\ud83d\ude80\"");
    }
  }

  @Nested
  class ANumber {
    @Test
    void beyond2ToThe53rdIsAString() {
      assertThat(new Json().put("n", 1L << 53)).hasToString("\"n\":9007199254740992");
      assertThat(new Json().put("n", (1L << 53) + 1)).hasToString("\"n\":\"9007199254740993\"");
      assertThat(new Json().put("n", Long.MAX_VALUE)).hasToString("\"n\":\"9223372036854775807\"");
      assertThat(new Json().put("n", Long.MIN_VALUE)).hasToString("\"n\":\"-9223372036854775808\"");
    }

    @Test
    void withAFractionHasThreeDecimalsAtMost() {
      assertThat(new Json().put("n", 1.0).put("m", 0.5).put("k", 2 / 3.0)).hasToString("\"n\":1,\"m\":0.5,\"k\":0.667");
    }
  }
}
