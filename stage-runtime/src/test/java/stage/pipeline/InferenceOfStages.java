package stage.pipeline;

import java.util.*;
import stage.api.*;
import stage.api.pipeline.*;
import stage.api.supervision.*;
import stage.pipeline.Inference.Hit;

/** As {@link Inference}, where pipelines meet stages and scopes. Compiled, not run. */
final class InferenceOfStages {
  private InferenceOfStages() {}

  // 10 two sinks
  static Job<Report> twoSinks(Pipeline<Hit> hits, ConsumerSpec<Hit, ?> alarm) {
    return hits.broadcastTo(
        all -> all.forEach(System.out::println),
        all -> all.filter(hit -> hit.status() >= 500).to(alarm));
  }

  // 12 custom stage in the middle
  static class Dedupe implements Stage.ProducerConsumer<Hit, Hit> {
    private MapState<String, Boolean> seen;
    @Override public void onStart(StageContext context) { seen = context.mapState("seen"); }
    @Override public void onEvents(List<Hit> hits, Inlet<Hit> from, Outlet<Hit> out) {
      for (Hit hit : hits) if (seen.get(hit.path()) == null) { seen.put(hit.path(), true); out.emit(hit); }
    }
  }
  static Job<Long> custom(Pipeline<String> lines) {
    return lines.map(Hit::parse).via(Stage.producerConsumer("dedupe", Dedupe::new)).count();
  }

  static void inAScope(Pipeline<Hit> hits) throws Exception {
    try (var app = Supervisor.open("app")) {
      var running = hits.count().start(app, "hits");
      long n = running.join();
    }
  }
}
