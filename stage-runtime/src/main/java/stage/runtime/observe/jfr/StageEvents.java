package stage.runtime.observe.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The kinds of events. No event of a user is in them, and no message of an exception. */
final class StageEvents {
  private StageEvents() {}

  /** What all have. */
  @Category("Stage")
  @StackTrace(false)
  abstract static class OfStage extends Event {
    @Label("Scope")
    String scope;

    @Label("Stage")
    String stage;
  }

  /** A stage has started for the first time. */
  @Name("stage.Start")
  @Label("Start")
  @Description("A stage has started for the first time")
  static final class Start extends OfStage {
  }

  /** An incarnation of a stage has crashed. */
  @Name("stage.Crash")
  @Label("Crash")
  @Description("An incarnation of a stage has crashed")
  @StackTrace(true)
  static final class Crash extends OfStage {
    @Label("Incarnation")
    int incarnation;

    @Label("Cause")
    String cause;

    @Label("During")
    String during;
  }

  /** A new incarnation of a stage has taken over. */
  @Name("stage.Restart")
  @Label("Restart")
  @Description("A new incarnation of a stage has taken over")
  static final class Restart extends OfStage {
    @Label("Incarnation")
    int incarnation;
  }

  /** A supervisor has given up. */
  @Name("stage.GiveUp")
  @Label("GiveUp")
  @Description("A supervisor has given up")
  static final class GiveUp extends OfStage {
    @Label("Child")
    String child;

    @Label("Cause")
    String cause;
  }

  /** An event was given up. */
  @Name("stage.DeadLetter")
  @Label("DeadLetter")
  @Description("An event was given up")
  static final class DeadLetter extends OfStage {
    @Label("Attempts")
    int attempts;

    @Label("Cause")
    String cause;
  }

  /** Events were dropped. */
  @Name("stage.Drop")
  @Label("Drop")
  @Description("Events were dropped")
  static final class Drop extends OfStage {
    @Label("Events")
    long events;

    @Label("Why")
    String why;
  }

  /** A thread that ignored its interrupt was abandoned. */
  @Name("stage.Abandon")
  @Label("Abandon")
  @Description("A thread that ignored its interrupt was abandoned")
  static final class Abandon extends OfStage {
    @Label("Incarnation")
    int incarnation;

    @Label("Thread")
    String thread;
  }

  /** A callback takes longer than its scope allows. */
  @Name("stage.Stall")
  @Label("Stall")
  @Description("A callback takes longer than its scope allows")
  @StackTrace(true)
  static final class Stall extends OfStage {
    @Label("Incarnation")
    int incarnation;

    @Label("Milliseconds")
    long millis;

    @Label("Place")
    String place;
  }

  /** A stage has ended for good. */
  @Name("stage.End")
  @Label("End")
  @Description("A stage has ended for good")
  static final class End extends OfStage {
    @Label("Reason")
    String reason;

    @Label("Failed")
    boolean failed;
  }

  /** A callback has run. Off by default. */
  @Name("stage.Turn")
  @Label("Turn")
  @Description("A callback has run")
  @Enabled(false)
  @Threshold("10 ms")
  static final class Turn extends OfStage {
    @Label("Callback")
    String callback;
  }

  /** A stage has waited. Off by default. */
  @Name("stage.Wait")
  @Label("Wait")
  @Description("A stage has waited")
  @Enabled(false)
  @Threshold("10 ms")
  static final class Wait extends OfStage {
    @Label("For")
    String reason;
  }

  /** What a subscription stands at. Periodic. */
  @Name("stage.Lane")
  @Label("Lane")
  @Description("What a subscription stands at")
  @Period("1 s")
  static final class Lane extends OfStage {
    @Label("Consumer")
    String consumer;

    @Label("Events per Second")
    double rate;

    @Label("Outstanding Demand")
    long outstanding;

    @Label("In Flight")
    long inFlight;

    @Label("Milliseconds under Way")
    long ageMillis;
  }

  /** What a stage does with its time. Periodic. */
  @Name("stage.Busy")
  @Label("Busy")
  @Description("What a stage does with its time: shares, 0 to 1")
  @Period("1 s")
  static final class Busy extends OfStage {
    @Label("Busy")
    double busy;

    @Label("Waits for Events")
    double events;

    @Label("Waits for Demand")
    double demand;

    @Label("Events Handled per Second")
    double in;

    @Label("Events Emitted per Second")
    double out;
  }
}
