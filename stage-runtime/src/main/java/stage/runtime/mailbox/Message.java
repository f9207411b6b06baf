package stage.runtime.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.api.CallFailedException;
import stage.api.EmitAction;
import stage.api.EmitFunction;
import stage.api.Outlet;
import stage.api.StageAction;
import stage.api.StageEndedException;
import stage.api.StageFactory;
import stage.api.StageFunction;
import stage.api.StopReason;
import stage.runtime.time.Handles;
import stage.runtime.time.Latch;

/** A message from outside that a cell handles between two turns, in the order of arrival. */
public sealed abstract class Message {
  /** The message that arrived before this one; used by the mailbox. */
  Message older;

  /**
   * {@return the next to be taken after this one, of those that {@link Mailbox#close} answered; null after the last}
   */
  public Message next() {
    return older;
  }

  /**
   * {@return whether the cell must handle it} Not if its sender has given up; asked once, by the cell that takes it
   * out of its mailbox.
   */
  public boolean take() {
    return true;
  }

  /** {@return whether its sender has given up} Any thread. */
  boolean isWithdrawn() {
    return false;
  }

  /** Tells the sender, if it waits, that the stage has ended. */
  public void refuse(StopReason ended) {}

  /** Brings user code to run as a turn. */
  public sealed interface Code {
    /**
     * Runs it.
     *
     * @param behaviour the stage's
     * @param out the stage's; null if it has none
     * @return the answer; null if its sender waits for none
     * @throws Exception what the user code throws
     */
    Object run(Object behaviour, Outlet<Object> out) throws Exception;
  }

  /** A message whose sender waits for an answer. */
  public static sealed abstract class Request extends Message {
    // WAITS -> TAKEN       its cell takes it out of the mailbox
    // WAITS -> WITHDRAWN   its sender no longer waits for an answer
    private static final int WAITS = 0;
    private static final int TAKEN = 1;
    private static final int WITHDRAWN = 2;
    private static final VarHandle STATE = Handles.of(MethodHandles.lookup(), "state", int.class);

    private final Latch answered;
    private volatile int state = WAITS;   // by compare-and-set: the cell, or the sender, whichever is first
    private Object answer;       // written before the gate opens, read after, as are the next two
    private Throwable thrown;
    private StopReason ended;

    public Request(Latch answered) {
      this.answered = answered;
    }

    @Override
    public boolean take() {
      return STATE.compareAndSet(this, WAITS, TAKEN);
    }

    /** {@return whether its sender may give it up; not once its cell has taken it} */
    public boolean withdraw() {
      return STATE.compareAndSet(this, WAITS, WITHDRAWN);
    }

    @Override
    boolean isWithdrawn() {
      return state == WITHDRAWN;
    }

    public Latch answered() {
      return answered;
    }

    public void answer(Object answer) {
      this.answer = answer;
      answered.open();
    }

    public void fail(Throwable thrown) {
      this.thrown = thrown;
      answered.open();
    }

    @Override
    public void refuse(StopReason ended) {
      this.ended = ended;
      answered.open();
    }

    CallFailedException failure(String path, Throwable thrown) {
      return new CallFailedException(path, thrown);
    }

    /** {@return the answer} Throws on the asker's thread, so that the exception has its stack. */
    public Object result(String path) {
      if (thrown != null) throw failure(path, thrown);
      if (ended != null) throw new StageEndedException(path, ended);
      return answer;
    }
  }

  /** Runs a function and answers. */
  public static final class Call extends Request implements Code {
    private final StageFunction<Object, Object> function;

    public Call(Latch answered, StageFunction<Object, Object> function) {
      super(answered);
      this.function = function;
    }

    @Override
    public Object run(Object behaviour, Outlet<Object> out) throws Exception {
      return function.apply(behaviour);
    }
  }

  /** Runs a function that may emit, and answers. */
  public static final class CallEmit extends Request implements Code {
    private final EmitFunction<Object, Object, Object> function;

    public CallEmit(Latch answered, EmitFunction<Object, Object, Object> function) {
      super(answered);
      this.function = function;
    }

    @Override
    public Object run(Object behaviour, Outlet<Object> out) throws Exception {
      return function.apply(behaviour, out);
    }
  }

  /** Puts another behaviour in place. */
  public static final class Replace extends Request {
    public final StageFactory<?> factory;
    private String during = "onStart";   // written before the gate opens, read after

    public Replace(Latch answered, StageFactory<?> factory) {
      super(answered);
      this.factory = factory;
    }

    /**
     * The new behaviour could not be made or started.
     *
     * @param during what has failed, for people to read
     */
    public void fail(String during, Throwable thrown) {
      this.during = during;
      fail(thrown);
    }

    @Override
    CallFailedException failure(String path, Throwable thrown) {
      return new CallFailedException(path, during, thrown);
    }
  }

  /** Runs an action. */
  public static final class Cast extends Message implements Code {
    private final StageAction<Object> action;

    public Cast(StageAction<Object> action) {
      this.action = action;
    }

    @Override
    public Object run(Object behaviour, Outlet<Object> out) throws Exception {
      action.accept(behaviour);
      return null;
    }
  }

  /** Runs an action that may emit. */
  public static final class CastEmit extends Message implements Code {
    private final EmitAction<Object, Object> action;

    public CastEmit(EmitAction<Object, Object> action) {
      this.action = action;
    }

    @Override
    public Object run(Object behaviour, Outlet<Object> out) throws Exception {
      action.accept(behaviour, out);
      return null;
    }
  }
}
