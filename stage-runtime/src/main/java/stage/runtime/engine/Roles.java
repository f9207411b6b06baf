package stage.runtime.engine;

import stage.api.EventFunction;
import stage.api.EventHandler;
import stage.api.Stage;
import stage.api.internal.Described;
import stage.api.internal.Description;

/** Which role a behaviour plays. */
final class Roles {
  private Roles() {}

  /** {@return the role of a behaviour} */
  static Role of(Stage.Behaviour behaviour, CellParts parts) {
    if (behaviour instanceof Described described) return of(described.description(), behaviour, parts);
    return switch (behaviour) {
      case Stage.Producer<?> producer -> new ProducerRole<>(producer, parts);
      case Stage.Generator<?> generator -> new GeneratorRole<>(generator, parts);
      case Stage.ProducerConsumer<?, ?> producerConsumer -> new ProducerConsumerRole<>(producerConsumer, parts);
      case Stage.Consumer<?> consumer -> new ConsumerRole<>(consumer, parts);
    };
  }

  private static Role of(Description description, Stage.Behaviour behaviour, CellParts parts) {
    return switch (description) {
    case Description.PerEvent(int concurrency, Object handler) -> TaskRole.perEvent(concurrency,
        (EventHandler<?>) handler, parts);
    case Description.MapConcurrent map -> TaskRole.mapConcurrent(map, (EventFunction<?, ?>) map.function(), behaviour,
        parts);
      case Description.FromPublisher<?> from -> throw noRole(description);
      case Description.ToSubscriber<?> to -> throw noRole(description);
      case Description.Collecting<?, ?, ?> collecting -> throw noRole(description);
    };
  }

  private static IllegalStateException noRole(Description description) {
    return new IllegalStateException("a bridge runs in place of " + description);
  }

  /** {@return whether a behaviour only describes a bridge} */
  static boolean describesBridge(Stage.Behaviour behaviour) {
    return behaviour instanceof Described && !hasTasks(behaviour);
  }

  /** {@return whether a behaviour hands its events to threads of their own} */
  static boolean hasTasks(Stage.Behaviour behaviour) {
    return behaviour instanceof Described described
        && (described.description() instanceof Description.PerEvent
            || described.description() instanceof Description.MapConcurrent);
  }
}
