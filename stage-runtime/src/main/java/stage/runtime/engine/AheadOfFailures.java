package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import stage.api.DeadLetterHandler;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.runtime.lane.Lane;
import stage.runtime.mailbox.Mailbox;

/**
 * Classes with a static initializer that may be needed for the first time by a failure, an end, or a call. If the heap
 * is full then, the initializer fails, and the JVM never lets anybody use the class again: so they are initialized
 * while there is room.
 */
public final class AheadOfFailures {
  private static final Class<?>[] NEEDED = {Snapshots.class, Mailbox.class, StageActivity.class,
      StageSnapshot.Kind.class, StageSnapshot.Status.class, DeadLetterHandler.class, System.Logger.Level.class,
      Handshake.class, ConsumerHalf.class, Milestone.class, Intake.class, Handover.Rest.class, TaskRole.class,
      TaskThreads.class, TaskLine.class, TaskRunner.class, EventTask.class};

  private AheadOfFailures() {}

  /**
   * Initializes them, once. Before anything can fail: as a scope opens.
   *
   * @param there may see these
   * @param others to initialize too
   */
  public static void initialize(MethodHandles.Lookup there, Class<?>... others) {
    try {
      MethodHandles.Lookup here = MethodHandles.lookup();
      Lane.initialize();
      for (Class<?> needed : NEEDED) here.ensureInitialized(needed);
      for (Class<?> needed : others) there.ensureInitialized(needed);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("the runtime cannot access one of its own classes", e);
    }
  }
}
