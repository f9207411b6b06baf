package stage.runtime.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import stage.api.MapState;
import stage.api.Outlet;
import stage.api.OutletAction;
import stage.api.State;
import stage.api.TimerAction;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BridgeResource;
import stage.runtime.bridge.Transactional;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Time;

/** The context of one incarnation. */
final class CellContext implements BridgeContext {
  private final Cell<?> cell;
  private final int incarnation;
  private final Outlet<?> outlet;   // null for a consumer

  CellContext(Cell<?> cell, int incarnation, Outlet<?> outlet) {
    this.cell = cell;
    this.incarnation = incarnation;
    this.outlet = outlet;
  }

  @Override
  public String name() {
    return cell.name();
  }

  @Override
  public String path() {
    return cell.path();
  }

  @Override
  public int incarnation() {
    return incarnation;
  }

  @Override
  public long eventsEmitted() {
    return cell.producerHalf() == null ? 0 : cell.producerHalf().counts().emitted();
  }

  @Override
  public System.Logger logger() {
    return cell.logger();
  }

  @Override
  public void wakeUp() {
    cell.signals().set(Signals.WOKEN_UP);
  }

  @Override
  public void notifyBridge() {
    cell.signals().set(Signals.NOTIFIED);
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    cell.awaitEnd();
  }

  @Override
  public boolean isCurrent() {
    return cell.driver().isCurrent();
  }

  @Override
  public <T extends BridgeResource> T kept(Supplier<T> first) {
    return cell.incarnations().kept(first);
  }

  @Override
  public <T extends Transactional> T transactional(String name, Supplier<T> first) {
    cell.ensureOwnThread("transactional()");
    Objects.requireNonNull(name, "name must not be null");
    Objects.requireNonNull(first, "first must not be null");
    if (cell.isGenerator()) throw new IllegalStateException(
        "stage " + cell.path() + " is a generator, which has no turns to commit; use a producer");
    return cell.incarnations().memory().states(cell.port()).transactional(name, first);
  }

  @Override
  public void deadLetter(Object event, Throwable cause, int attempts, String path) {
    cell.ensureOwnThread("deadLetter()");
    Objects.requireNonNull(event, "event must not be null");
    Objects.requireNonNull(cause, "cause must not be null");
    Objects.requireNonNull(path, "path must not be null");
    cell.incarnations().memory().letters(cell.port()).add(event, cause, attempts, path);
  }

  @Override
  public boolean isInputCut() {
    return cell.lifecycle().isInputCut();
  }

  @Override
  public void publish(Object[] events) {
    if (events.length > 0) cell.producerHalf().publishNow(events);
  }

  @Override
  public void inEngine(Runnable what) {
    cell.incarnations().inEngine(what);
  }

  @Override
  public void report(String what, Throwable failure) {
    cell.report(what, failure);
  }

  @Override
  public void refused(long events, String why) {
    cell.owner().news().dropped(cell, events, why);
  }

  @Override
  public boolean isCancelled() {
    return cell.isCancelled();
  }

  @Override
  public void stop() {
    cell.leave();
  }

  @Override
  public <T> State<T> state(String name, T initial) {
    cell.ensureOwnThread("state()");
    Objects.requireNonNull(initial, "initial must not be null");
    return cell.incarnations().memory().states(cell.port())
        .state(Objects.requireNonNull(name, "name must not be null"), initial);
  }

  @Override
  public <K, V> MapState<K, V> mapState(String name) {
    cell.ensureOwnThread("mapState()");
    return cell.incarnations().memory().states(cell.port())
        .mapState(Objects.requireNonNull(name, "name must not be null"));
  }

  @Override
  public <O> Timer after(Duration delay, OutletAction<O> action) {
    return after(delay, withOutlet(action));
  }

  @Override
  public <O> Timer every(Duration period, OutletAction<O> action) {
    return every(period, withOutlet(action));
  }

  private <O> TimerAction withOutlet(OutletAction<O> action) {
    Objects.requireNonNull(action, "action must not be null");
    Outlet<O> out = outlet();
    return new TimerAction() {
      @Override
      public void run() throws Exception {
        action.run(out);
      }
    };
  }

  @Override
  @SuppressWarnings("unchecked")   // the author knows what the stage emits
  public <O> Outlet<O> outlet() {
    cell.ensureOwnThread("outlet()");
    if (outlet == null) throw new IllegalStateException(
        "stage " + cell.path() + " has no outlet: it is a consumer, or hands its events to threads of their own");
    return (Outlet<O>) outlet;
  }

  @Override
  public Timer after(Duration delay, TimerAction action) {
    cell.ensureOwnThread("after()");
    Objects.requireNonNull(action, "action must not be null");
    if (Objects.requireNonNull(delay, "delay must not be null").isNegative()) {
      throw new IllegalArgumentException("delay must not be negative, but was " + delay);
    }
    return cell.incarnations().addTimer(action, Time.toNanos(delay), 0);
  }

  @Override
  public Timer every(Duration period, TimerAction action) {
    cell.ensureOwnThread("every()");
    Objects.requireNonNull(action, "action must not be null");
    if (!Objects.requireNonNull(period, "period must not be null").isPositive()) {
      throw new IllegalArgumentException("period must be above zero, but was " + period);
    }
    return cell.incarnations().addTimer(action, Time.toNanos(period), Time.toNanos(period));
  }
}
