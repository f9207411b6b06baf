package stage.api;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collector;
import java.util.stream.Stream;

/**
 * Connects the ends of a pipeline to the JDK: streams, collections, queues, files, collectors.
 *
 * <p>The producers described here are generators, and exact across restarts: what was emitted is not emitted again, and nothing is left out.
 */
public final class Stages {
  private Stages() {}

  // ---- out

  /**
   * {@return a stage's events from now on as a sequential, lazy stream, which asks for events as it is read}
   *
   * <p>It subscribes when its terminal operation begins, and asks for {@code max} events. It reads them batch by batch. A batch that was read counts as handled; when no
   * more than {@code min} events are left, demand is refilled to {@code max}. The stream ends when the stage completes or is stopped.
   *
   * <p>It cancels its subscription when it is closed, and when a terminal operation returns or throws before the end, as after {@code limit} or in
   * {@code findFirst}. What was asked for and not read then goes back to the producer. Close the stream yourself if you use {@code iterator()}, a stream of primitives, or
   * anything that reads it by its {@code spliterator()}, as {@link Stream#concat} does: {@code try (var events = Stages.stream(ref, Demand.max(100)))}.
   *
   * <p>Reading blocks the calling thread until there is an event. It throws {@link StageEnded} with the cause when the stage has failed;
   * {@link java.util.concurrent.CancellationException} when the caller is interrupted, whose interrupt flag is set again, or when the stream is closed meanwhile; and
   * {@link IllegalStateException} on the stage's own thread.
   *
   * @param producer the stage
   * @param demand how much to ask for
   * @param <O> the events
   * @throws IllegalArgumentException if {@code demand} is manual
   */
  public static <O> Stream<O> stream(ProducerRef<O, ?> producer, Demand demand) {
    return Objects.requireNonNull(producer, "producer must not be null; pass the ref that start returned").stream(demand);
  }

  /**
   * Describes a consumer that collects its events. Each event is handed to the collector's accumulator on the stage's thread, one at a time; the container survives
   * restarts, and an event that was accumulated is not delivered again.
   *
   * <p>The result is completed, on the stage's thread, when the last subscription has completed; exceptionally with the cause if the stage fails, with
   * {@link java.util.concurrent.CancellationException} if it is stopped. {@code result.join()} waits for it. If somebody else completes the result first, cancels it or
   * lets it time out, the stage is stopped.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param collector what to do with the events
   * @param result what is completed; the spec is for one stage
   * @param <I> the events
   * @param <R> the result
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, R> ConsumerSpec<I, Stage.Consumer<I>> collect(String name, Collector<? super I, ?, ? extends R> collector, CompletableFuture<R> result) {
    return collecting(name, collector, result);
  }

  private static <I, A, R> ConsumerSpec<I, Stage.Consumer<I>> collecting(
      String name, Collector<? super I, A, ? extends R> collector, CompletableFuture<R> result) {
    var described = new Collecting<I, A, R>(collector, result);
    return ConsumerSpec.of(name, () -> described);
  }

  // ---- in

  /**
   * Describes a generator that emits the elements of a collection, and then completes. A restart iterates anew and skips what was emitted.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param elements the elements, none null, in the same order each time
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Stage.Generator<O>> ofIterable(String name, Iterable<? extends O> elements) {
    Objects.requireNonNull(elements, "elements must not be null");
    return ProducerSpec.of(name, () -> new ElementsAnew<O>(() -> Elements.of(elements.iterator())), true);
  }

  /**
   * Describes a generator that emits what is left in an iterator, and then completes. A restart goes on where the last incarnation was. When the stage is stopped, the
   * iterator may be one element further than what was emitted.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param elements the elements, none null; used by the stage alone from its start on, so the spec is for one stage
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Stage.Generator<O>> ofIterator(String name, Iterator<? extends O> elements) {
    return once(name, Elements.of(Objects.requireNonNull(elements, "elements must not be null")));
  }

  /**
   * Describes a generator that emits the elements of a stream, and then completes. Otherwise as {@link #ofIterator}. Does not close the stream.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param elements the elements, none null; used by the stage alone, so the spec is for one stage
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   * @throws IllegalStateException if the stream was used or closed already
   */
  public static <O> ProducerSpec<O, Stage.Generator<O>> ofStream(String name, Stream<? extends O> elements) {
    return ofIterator(name, Objects.requireNonNull(elements, "elements must not be null").iterator());   // reads nothing yet
  }

  /**
   * Describes a generator that takes from a queue, waiting while it is empty, and never completes by itself. An element is taken only when the one before was emitted.
   * If the stage is stopped before it can emit an element that it has taken, it puts that back: at the front of a {@link java.util.concurrent.BlockingDeque}, at the end
   * of any other queue. If there is no room, the element is logged as lost.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param queue the queue; others may take from it too. The spec is for one stage
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Stage.Generator<O>> ofQueue(String name, BlockingQueue<O> queue) {
    return once(name, new QueuedElements<>(Objects.requireNonNull(queue, "queue must not be null")));
  }

  /**
   * Describes a generator that emits the lines of a text in UTF-8, without their ends, and then completes. Otherwise as {@link #ofIterator}. Does not close the
   * text. A read from a file or the console ignores interrupts, so a stage that blocks in one may become a straggler.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param text the text; read by the stage alone, so the spec is for one stage
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Stage.Generator<String>> ofLines(String name, InputStream text) {
    return ofLines(name, text, StandardCharsets.UTF_8);
  }

  /**
   * As {@link #ofLines(String, InputStream)}, of a text in another character set.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param text the text; read by the stage alone, so the spec is for one stage
   * @param charset its character set
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Stage.Generator<String>> ofLines(String name, InputStream text, Charset charset) {
    Objects.requireNonNull(text, "text must not be null");
    Objects.requireNonNull(charset, "charset must not be null");
    return once(name, Elements.ofLines(text, charset));
  }

  /**
   * Describes a generator that emits the lines of a file in UTF-8, without their ends, and then completes. The file is opened for each incarnation and closed after
   * it; a restart reads anew and skips the lines that were emitted.
   *
   * @param name the stage's name: 1–64 of {@code [A-Za-z0-9._-]}, unique in its scope
   * @param file the file
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Stage.Generator<String>> ofPath(String name, Path file) {
    Objects.requireNonNull(file, "file must not be null");
    return ProducerSpec.of(name, () -> new ElementsAnew<>(() -> Elements.ofFile(file)), true);
  }

  private static <O> ProducerSpec<O, Stage.Generator<O>> once(String name, Elements<O> elements) {
    var left = new ElementsOnce.Left<>(elements);
    return ProducerSpec.of(name, () -> new ElementsOnce<>(left), true);
  }
}
