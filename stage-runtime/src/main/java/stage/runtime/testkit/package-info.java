/**
 * A kit for testing stages and pipelines. A {@link stage.runtime.testkit.SimulatedRuntime} runs them unchanged, in many
 * schedules, with injected crashes, and repeats any run that fails. A {@link stage.runtime.testkit.ProducerProbe} and a
 * {@link stage.runtime.testkit.ConsumerProbe} stand in for the neighbours of a stage, and
 * {@link stage.runtime.testkit.Ledgers} checks that every event of a scope has been accounted for.
 *
 * {@snippet :
 * SimulatedRuntime.withSeeds(1, 100).with(crashing("doubler").every(3)).run(simulated -> {
 *   try (Supervisor app = Supervisor.open(SupervisorSpec.of("test").withIntensity(Intensity.of(100)))) {
 *     ProducerProbe<Integer> numbers = ProducerProbe.start(app, "numbers");
 *     var doubler = app.start(Stage.producerConsumer("doubler", numbers.ref(), Doubler::new));
 *     ConsumerProbe<Integer> sink = ConsumerProbe.start(app, "sink", doubler);
 *     sink.request(2);
 *     numbers.sendNext(1).sendNext(2);
 *     sink.expectNext(2, 4);
 *   }
 * });
 * }
 *
 * <p>This is the only package that the module exports to everyone.
 */
package stage.runtime.testkit;
