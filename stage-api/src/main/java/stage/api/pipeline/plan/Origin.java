package stage.api.pipeline.plan;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.PartitionedSource;
import stage.api.pipeline.Settling;

/** Where the elements of a pipeline come from. */
public sealed interface Origin {
  /**
   * A collection; a restart iterates anew.
   *
   * @param elements the elements
   */
  record Elements(Iterable<?> elements) implements Origin {}

  /**
   * The lines of files, one file behind the other.
   *
   * @param files the files
   */
  record Files(List<Path> files) implements Origin {}

  /**
   * The lines of a text that can be read once.
   *
   * @param text the text
   * @param isTaken whether a run reads it or has read it
   */
  record Text(InputStream text, AtomicBoolean isTaken) implements Origin {}

  /**
   * A user's loop.
   *
   * @param loop the loop
   */
  record Loop(Stage.Generator<?> loop) implements Origin {}

  /**
   * A user's stage that the job starts.
   *
   * @param spec the stage
   */
  record Spec(ProducerSpec<?, ?> spec) implements Origin {}

  /**
   * A user's stage that is already running.
   *
   * @param ref the stage
   */
  record Ref(ProducerRef<?, ?> ref) implements Origin {}

  /**
   * Someone else's publisher.
   *
   * @param publisher the publisher
   */
  record Publisher(Flow.Publisher<?> publisher) implements Origin {}

  /**
   * The clock.
   *
   * @param period from one element to the next
   */
  record Tick(Duration period) implements Origin {}

  /**
   * Events that want an answer.
   *
   * @param source where from
   * @param how how they are answered for
   */
  record Deliveries(DeliverySource<?> source, Settling how) implements Origin {}

  /**
   * Events that want an answer for each partition.
   *
   * @param source where from
   * @param how how they are answered for
   */
  record Partitioned(PartitionedSource<?, ?> source, Settling how) implements Origin {}

  /** The elements that a fan-out hands to a branch. */
  record Branch() implements Origin {}

  /** The elements that a worker is given. */
  record Part() implements Origin {}
}
