/**
 * The contracts that users implement, the specs that describe a stage, and the handles to running stages.
 *
 * <p>User code lives on both sides of this package: it implements {@link stage.api.Stage.Producer},
 * {@link stage.api.Stage.Generator}, {@link stage.api.Stage.ProducerConsumer} or {@link stage.api.Stage.Consumer}, and
 * it calls the {@code …Ref} interfaces. The package knows neither the supervisor of a stage nor the engine that runs
 * it. Most of the vocabulary, and what it means, is GenStage's; where a method follows one of Elixir's or OTP's, its
 * description names it.
 *
 * <p>Here and in the packages below, no parameter may be null unless its description says so: a null is refused with a
 * {@link java.lang.NullPointerException} that names the parameter. Only exceptions and {@link stage.api.StopReason}s,
 * which the engine makes, do not check what they are given.
 *
 * <h2>Memory consistency</h2>
 * <ul>
 *   <li>All callbacks of one incarnation run on one thread; successive incarnations happen one after the other. A
 *       behaviour needs no locks for its own fields.
 *   <li>What a producer did before {@code emit} <i>happens-before</i> what a consumer does in the {@code onEvents} that
 *       gets the event.
 *   <li>What a publisher did before {@code onNext} <i>happens-before</i> what the stage does with the event, and what a
 *       stage did before {@code emit} <i>happens-before</i> a subscriber's {@code onNext} (Reactive Streams rules 1.3,
 *       2.11).
 *   <li>What a caller did before {@code call} or {@code cast} <i>happens-before</i> the function runs, and what the
 *       function did <i>happens-before</i> {@code call} returns.
 *   <li>What a stage did before it ended <i>happens-before</i> {@link stage.api.StageRef#join()} returns.
 * </ul>
 */
package stage.api;
