package stage.behaviour.supervision;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import stage.api.ConsumerSpec;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.State;
import stage.api.StopReason;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Await;

/** Stages that only live and die, and the story of their lives in the order in which it happened. */
final class Troupe {
  final BlockingQueue<String> story = new LinkedBlockingQueue<>();
  volatile String failsInOnStart = "";   // such as "b#2"

  /** A consumer that tells of its life. */
  final class Actor implements Stage.Consumer<Integer> {
    private StageContext context;
    State<Integer> calls;

    private String me() {
      return context.path().substring(context.path().indexOf('/') + 1) + "#" + context.incarnation();
    }

    @Override
    public void onStart(StageContext context) throws IOException {
      this.context = context;
      calls = context.state(0);
      if (failsInOnStart.equals(me())) {
        failsInOnStart = "";
        story.add("failed " + me());
        throw new IOException("stage fright");
      }
      story.add("start " + me());
    }

    @Override
    public void onStop(StopReason reason) {
      story.add("stop " + me() + " " + reason.getClass().getSimpleName());
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  ConsumerSpec<Integer, Actor> actor(String name) {
    return Stage.consumer(name, Actor::new);
  }

  StageRef<Actor> start(Supervisor supervisor, String name) {
    StageRef<Actor> ref = supervisor.start(actor(name));
    story.clear();
    return ref;
  }

  static void crash(StageRef<?> stage) throws InterruptedException {
    crash(stage, new IOException("off"));
  }

  static void crash(StageRef<?> stage, Throwable cause) throws InterruptedException {
    stage.cast(behaviour -> Troupe.<RuntimeException>fling(cause));
  }

  @SuppressWarnings("unchecked")   // so that a lambda may throw anything
  private static <T extends Throwable> void fling(Throwable cause) throws T {
    throw (T) cause;
  }

  List<String> next(int lines, StageRef<?>... stages) throws InterruptedException {
    return new ArrayList<>(Await.next(lines, story, stages));
  }
}
