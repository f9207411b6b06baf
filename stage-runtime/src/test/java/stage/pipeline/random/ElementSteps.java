package stage.pipeline.random;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;

/** Steps whose results depend on each element alone: they have a place in a part of a pipeline too. */
final class ElementSteps {
  static final List<RandomStep> ALL = List.of(
      (all, c) -> all.then("map", p -> p.map(n -> n + c.k()), m -> m.map(n -> n + c.k())),
      (all, c) -> all.then("filter", p -> p.filter(n -> n % c.k() != 0), m -> m.filter(n -> n % c.k() != 0)),
      (all, c) -> all.then("flatMap", p -> p.flatMap(ElementSteps::upToTwo), m -> m.flatMap(n -> upToTwo(n).stream())),
      (all, c) -> all.then("mapMulti", p -> p.mapMulti((n, out) -> {
        out.accept(n);
        if (n % 2 == 0) out.accept(n + 1);
      }), m -> m.flatMap(n -> n % 2 == 0 ? Stream.of(n, n + 1) : Stream.of(n))),
      (all, c) -> all.then("async", Pipeline::async, m -> m),
      (all, c) -> all.then("skip", p -> p.async().map(n -> notOne(n, c.k())).onFailure(OnFailure.skip()),
          m -> m.filter(n -> n % c.k() != 1)),
      (all, c) -> all.then("recover", p -> p.async().map(n -> notOne(n, c.k())).recover(failed -> 3),
          m -> m.map(n -> n % c.k() == 1 ? 3 : n)),
      (all, c) -> all.then("ofType", p -> p.<Object>map(n -> n % c.k() == 0 ? "no number" : n).ofType(Integer.class),
          m -> m.filter(n -> n % c.k() != 0)),
      (all, c) -> all.then("deadLetter", p -> p.async().map(n -> notOne(n, c.k())).onFailure(
          OnFailure.retry(1).then(OnFailure.deadLetter(letter -> {}))), m -> m.filter(n -> n % c.k() != 1)),
      ElementSteps::retry,
      (all, c) -> all.then("timeout", p -> p.map(n -> n + 1).timeout(Duration.ofHours(1)).peek(n -> {}),
          m -> m.map(n -> n + 1)),
      (all, c) -> all.then("batch", p -> p.batch(c.k()).flatMap(list -> list), m -> m),
      (all, c) -> all.then("mapConcurrent", p -> p.mapConcurrent(c.workers(), n -> n + c.k()),
          m -> m.map(n -> n + c.k())),
      (all, c) -> all.then("mapConcurrentUnordered", p -> p.mapConcurrentUnordered(c.workers(), n -> n + c.k()),
          m -> m.map(n -> n + c.k())).unordered(),
      (all, c) -> all.then("mapConcurrentByKey",
          p -> p.mapConcurrentByKey(c.workers(), n -> n % c.k(), n -> n + c.k()),
          m -> m.map(n -> n + c.k())).unordered(),
      (all, c) -> all.then("buffer", p -> p.buffer(c.k()), m -> m),
      ElementSteps::alsoTo);

  private ElementSteps() {}

  private static List<Integer> upToTwo(int n) {
    return Collections.nCopies(n % 3, n);
  }

  private static int notOne(int n, int k) {
    if (n % k == 1) throw new IllegalStateException("it is one");
    return n;
  }

  /** Each third call fails, of whatever element; but none for ever. */
  private static ModelledPipeline retry(ModelledPipeline all, Choice c) {
    var calls = new AtomicInteger();
    return all.then("retry", p -> p.async().map(n -> {
      if (calls.incrementAndGet() % 3 == 0) throw new IllegalStateException("each third call");
      return n + 2;
    }).onFailure(OnFailure.retry(100).then(OnFailure.skip())), m -> m.map(n -> n + 2));
  }

  /** What comes of the branch is not looked at; that it ends is. */
  private static ModelledPipeline alsoTo(ModelledPipeline all, Choice c) {
    boolean isNested = c.depth() > 0 && c.random().nextBoolean();
    String[] branch = {""};
    Pipeline<Integer> rest = all.pipeline().alsoTo(part -> {
      if (!isNested) return part.forEach(n -> {});
      var begun = new ModelledPipeline("", part, List.of(), false, all.isTimed());
      ModelledPipeline nested = Choice.step(begun, ALL, c.random(), c.depth() - 1);
      branch[0] = nested.text();
      return nested.pipeline().count();
    });
    return all.then("alsoTo(" + branch[0] + ")", rest, all.expected());
  }
}
