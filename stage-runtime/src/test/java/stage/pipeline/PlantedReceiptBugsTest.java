package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.simulation.ChangedEngine;
import stage.simulation.ChangedEngine.Change;
import stage.simulation.DailyShare;

/** Bugs that receipts could have, each planted in a copy of the engine and found by the simulations. */
class PlantedReceiptBugsTest {
  /**
   * A bug, as a change of a source.
   *
   * @param name what goes wrong
   * @param file which source, in the room of pipelines
   * @param original what is replaced
   * @param replacement by what
   */
  private record Bug(String name, String file, String original, String replacement) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** {@return today's share, or those whose names a pattern is found in} */
  static Stream<Bug> bugs() {
    String only = System.getProperty("stage.planted.only");
    if (only == null) return DailyShare.of(all().toList(), 8).stream();
    var pattern = Pattern.compile(only);
    return all().filter(bug -> pattern.matcher(bug.name).find());
  }

  @Test
  void allFitTheirSources() {
    assertThat(all()).allSatisfy(bug -> ChangedEngine.ensureIsThere(bug.name, "pipeline/" + bug.file,
        List.of(new Change(bug.original, bug.replacement))));
  }

  private static Stream<Bug> all() {
    return Stream.of(
        new Bug("receipts do not go back with the turn", "receipt/Journal.java",
            "for (int i = 0; i < added; i++) if (changes[i] > 0) claims[i].settle(changes[i], null, completed);",
            "if (added >= 0) return;"),
        new Bug("receipts do not go back with the element", "receipt/Journal.java",
            "for (int i = mark; i < size; i++) if (places[i] < from) move(i, kept++);", "kept = size;"),
        new Bug("what falls away is subtracted before there is more", "receipt/Journal.java",
            "for (; added < size; added++) if (changes[added] > 0) claims[added].add(changes[added]);",
            "while (settled < size) {\n      int next = settled++;\n      if (changes[next] < 0) claims[next].settle("
                + "-changes[next], causeOf(next), completed);\n    }\n    completed.send();\n    for (; added < size; "
                + "added++) if (changes[added] > 0) claims[added].add(changes[added]);"),
        new Bug("a failure is forgotten", "receipt/Receipt.java",
            "if (failure != null) page.failed(index, failure);", ""),
        new Bug("the first failure is answered at once", "receipt/Receipt.java",
            "if (before == elements) into.add(this);", "if (before == elements || failure != null) into.add(this);"),
        new Bug("a window does not keep its elements", "Gathered.java",
            "if (element instanceof InHand inHand) inHand.kept();", ""),
        new Bug("a result keeps what it was made of", "MadeResults.java",
            "Carried.claimOf(value), true);", "Carried.claimOf(value), false);"),
        new Bug("a result answers for nothing until it goes on", "OperatorLink.java",
            "if (!isRelease) chain.journal().add(claim, 1, place);", ""),
        new Bug("a result of no element keeps what it was made of", "MadeResults.java",
            "if (isRelease) journal.settle(its, givingUp.cause(), of.place); else", "if (!isRelease)"),
        new Bug("a result that fails is fine", "MadeResults.java",
            "if (isRelease) journal.settle(its, givingUp.cause(), of.place);",
            "if (isRelease) journal.settle(its, null, of.place);"),
        new Bug("a row without a partner is answered for when its place closes", "operator/Joining.java",
            "if (setting.emitsUnmatched(row.side())) out.kept(row.value());", ""),
        new Bug("the partner of a zip is kept", "operator/Zipping.java", "out.released(partner.value());", ""),
        new Bug("copies count as one", "LinkContext.java", "journal.add(claim, plan.copies(), links.size() - 1);",
            "journal.add(claim, 1, links.size() - 1);"),
        new Bug("the rest of a flatMap is not kept", "FlatMapLink.java",
            "chain.journal().add(rest.claim, 1, place);", ""),
        new Bug("a list does not keep its elements", "BatchLink.java",
            "chain.journal().add(chain.claim(), 1, place);", ""),
        new Bug("deliveries of a turn that is undone are forgotten", "receipt/DeliveryStage.java",
            "public void rollback() { count = 0; }", "public void rollback() { commit(); }"),
        new Bug("the position goes past what is not done", "receipt/PartitionEntry.java",
            "return oldest == null ? next : oldest.position();", "return next;"),
        new Bug("the last answers are given once only", "receipt/Book.java",
            "called once more\", thrown);\n        answer.give();",
            "called once more\", thrown);\n        throw thrown;"),
        new Bug("nobody waits to give the last answers again", "receipt/AnswersStage.java",
            "if (book.isFinished()) context.stop();", "if (isLast || book.isFinished()) context.stop();"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void areFound(Bug bug) throws Exception {
    String found = (String) ChangedEngine.call(bug.name, "pipeline/" + bug.file,
        List.of(new Change(bug.original, bug.replacement)), DeliveryChecks.class, "firstToFail");
    assertThat(found).as("what finds: %s", bug.name).isNotNull();
    if (Boolean.getBoolean("stage.planted.table")) {
      System.err.println("| " + bug.name + " | " + found.substring(0, found.indexOf(": ")) + " |");
    }
  }

  /** Nothing but the bugs makes them fail. */
  @Test
  void areTheOnlyOnes() {
    assertThat(DeliveryChecks.firstToFail()).isNull();
  }
}
