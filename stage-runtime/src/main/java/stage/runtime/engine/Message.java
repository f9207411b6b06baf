package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.api.CallFailedException;
import stage.api.EmitAction;
import stage.api.StageAction;
import stage.api.StageEndedException;
import stage.api.StageFactory;
import stage.api.StageFunction;
import stage.api.StopReason;
import stage.runtime.time.Latch;

/** A message from outside that a cell handles between two turns, in the order of arrival. */
sealed abstract class Message {
  /** The message that arrived before this one; used by the mailbox. */
  Message older;

  /** {@return whether the cell is to handle it} Not if its sender has given up; asked once, by the cell that takes it out of its mailbox. */
  boolean take() {
    return true;
  }

  /** Tells whoever waits that the stage has ended. */
  void refuse(StopReason ended) {}

  /** A message whose sender waits for an answer. */
  static sealed abstract class Request extends Message {
    // WAITS -> TAKEN       its cell takes it out of the mailbox
    // WAITS -> WITHDRAWN   its sender no longer waits for an answer
    private static final int WAITS = 0;
    private static final int TAKEN = 1;
    private static final int WITHDRAWN = 2;
    private static final VarHandle STATE;

    static {
      try {
        STATE = MethodHandles.lookup().findVarHandle(Request.class, "state", int.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final Latch answered;
    private volatile int state = WAITS;   // by compare-and-set: the cell, or the sender, whichever is first
    private Object answer;       // written before the gate opens, read after, as are the next two
    private Throwable thrown;
    private StopReason ended;

    Request(Latch answered) {
      this.answered = answered;
    }

    @Override
    boolean take() {
      return STATE.compareAndSet(this, WAITS, TAKEN);
    }

    /** {@return whether its sender may give it up; not once its cell has taken it} */
    boolean withdraw() {
      return STATE.compareAndSet(this, WAITS, WITHDRAWN);
    }

    Latch answered() {
      return answered;
    }

    void answer(Object answer) {
      this.answer = answer;
      answered.open();
    }

    void fail(Throwable thrown) {
      this.thrown = thrown;
      answered.open();
    }

    @Override
    void refuse(StopReason ended) {
      this.ended = ended;
      answered.open();
    }

    /** {@return the answer} Throws on the asker's thread, so that the exception has its stack. */
    Object result(String path) {
      if (thrown != null) throw new CallFailedException(path, thrown);
      if (ended != null) throw new StageEndedException(path, ended);
      return answer;
    }
  }

  /** Runs a function and answers. */
  static final class Call extends Request {
    final StageFunction<Object, Object> function;

    Call(Latch answered, StageFunction<Object, Object> function) {
      super(answered);
      this.function = function;
    }
  }

  /** Puts another behaviour in place. */
  static final class Replace extends Request {
    final StageFactory<?> factory;

    Replace(Latch answered, StageFactory<?> factory) {
      super(answered);
      this.factory = factory;
    }
  }

  /** Runs an action. */
  static final class Cast extends Message {
    final StageAction<Object> action;

    Cast(StageAction<Object> action) {
      this.action = action;
    }
  }

  /** Runs an action that may emit. */
  static final class CastEmit extends Message {
    final EmitAction<Object, Object> action;

    CastEmit(EmitAction<Object, Object> action) {
      this.action = action;
    }
  }
}
