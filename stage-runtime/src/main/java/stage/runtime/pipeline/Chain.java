package stage.runtime.pipeline;

import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.Transactional;
import stage.runtime.lane.BulkBatch;
import stage.runtime.lane.Progress;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.Journal;

/**
 * A run: the steps in a row that one stage performs. It outlives the stage's incarnations, and changes with its turns.
 *
 * <p>Each element goes through all steps before the next one begins. Outputs are staged here; states keep a mark. So an
 * element that fails is undone by itself, and settled by the policy of the step that threw, without a trace in the
 * elements before and after it. {@code Error}s, and interrupts that are not those of a time limit, end the turn
 * instead, which the engine undoes.
 *
 * <p>This class says what happens in a turn, and in which order; its parts do the work. Everything runs on the thread
 * of the stage; other threads read the tally and the state that the job shares.
 */
final class Chain implements Transactional {
  private final ChainPlan plan;
  private final JobContext job;
  private final Tally tally;
  private final LinkRow links;
  private final StagedResults results;
  private final BatchInHand batch;
  private final ElementInHand element;
  private final GivingUp givingUp;
  private final Attempts attempts;
  private final CrashingResult crashing;
  private final RunElements elements;
  private final Passage passage;
  private final Firings firings;
  private final InputSides inputs;
  private final Vouching vouching;
  private final RunTimer timer;
  private final Journal journal = new Journal();   // what this turn changes in receipts
  private boolean isLeft;               // with receipts: it wants nothing more, and has said so
  private BridgeContext context;        // this incarnation's

  Chain(ChainPlan plan, JobContext job, Tally tally) {
    this.plan = plan;
    this.job = job;
    this.tally = tally;
    this.links = new LinkRow(plan.links().get());
    this.results = new StagedResults(tally);
    this.batch = new BatchInHand(results);
    this.element = new ElementInHand(plan.isCounted());
    this.givingUp = new GivingUp(plan, batch);
    this.firings = new Firings(links, batch, element);
    this.inputs = new InputSides(plan);
    this.vouching = new Vouching(links, plan.sources());
    this.timer = new RunTimer(links, job.clock());
    this.crashing = new CrashingResult(links.size(), job.redelivery());
    var reception = new Reception(tally);
    var failure = new LastFailure();
    var mark = new ElementMark(links, results, element, journal, tally, reception, givingUp);
    this.attempts = new Attempts(plan, job, tally, links, batch, results, element, failure, journal, mark, givingUp,
        crashing);
    var made = new MadeResults(plan, tally, links, batch, element, failure, journal, givingUp, attempts, crashing);
    var forLinks = new LinkContext(plan, job, tally, links, batch, results, element, reception, failure, journal,
        givingUp, attempts, made);
    for (Link link : links.all()) link.chain = forLinks;

    boolean isTimed = Attempts.timeoutNanos(plan.policies()) > 0;
    Link[] markedEach = plan.isCollecting() || isTimed ? null : links.markedEach();
    this.elements = new RunElements(plan, tally, links, batch, results, element, reception, journal, givingUp, attempts,
        made, crashing, markedEach);
    boolean isOneLoop = plan.isRaw() && !plan.isCounted() && !isTimed && links.size() == 2
        && links.first() instanceof LoopLink && links.last() instanceof OutLink && !vouching.isStamped();
    Fused fused = markedEach == null || isOneLoop || plan.copies() > 1 ? null
        : Fused.of(links.all(), !plan.isRaw(), claims(plan), journal);
    var pace = new Pace(job.time(), tally);
    if (isOneLoop) {
      this.passage = new LoopPassage((LoopLink) links.first(), elements, batch, results, element, failure, attempts,
          tally, pace);
    } else if (fused != null) {
      this.passage = new FusedPassage(fused, elements, batch, results, element, reception, failure, attempts, tally,
          pace);
    } else {
      this.passage = new OneByOne(plan, links, elements, batch, results, element, pace);
    }
  }

  private static RunSteps.Claims claims(ChainPlan plan) {
    if (!plan.isCounted()) return RunSteps.Claims.NONE;
    return plan.copies() == 0 ? RunSteps.Claims.SETTLED : RunSteps.Claims.CARRIED_ON;
  }

  /**
   * An incarnation of a stage that ends a pipeline begins. If nothing is wanted, as of take(0), it ends before it has
   * asked for anything.
   */
  void startSink(BridgeContext itsContext) throws Exception {
    start(itsContext);
    if (!links.isDone() || plan.isCounted()) return;
    begin(null);
    firings.end(false);
    if (firings.hasEnded()) context.stop();
  }

  /** An incarnation begins. */
  void start(BridgeContext itsContext) {
    context = itsContext;
    givingUp.start(context);
    attempts.start(context);
    inputs.start();
    links.turn(job.clock());
    timer.start(context);
  }

  /** It is over. In user code. */
  void stop() {
    links.stop();
  }

  // ---- turns

  void onEvents(List<Object> events, Inlet<Object> from, Outlet<Object> to) throws Exception {
    begin(to);
    batch.begin(from);
    element.side(inputs.areSeveral() ? inputs.sideOf(from) : 0);
    try {
      var all = (BulkBatch<Object>) events;
      int taken = passage.take(all.array(), all.from(), all.to() - all.from());
      if (crashing.isSettledFirst() && !links.isDone()) batch.settleTaken(taken);
      if (links.isDone()) leave();
      else if (links.isStateful()) advance();
      vouching.idle(false);
      finish();
      if (plan.isCollecting() && !links.isDone()) batch.settleUpTo(taken);
    } catch (Throwable thrown) {
      if (plan.isCollecting()) settleCollected();
      throw thrown;
    } finally {
      batch.end();
    }
  }

  /** {@return whether it takes elements although nothing is wanted of it} */
  boolean takesAhead() {
    return links.buffer() != null;
  }

  private void begin(Outlet<Object> to) {
    results.begin(to);
    batch.takeNone();
    links.turn(job.clock());
  }

  private void finish() {
    results.flush();
    // while results wait for room nothing is vouched for
    boolean mayVouch = !results.isOfSink() && vouching.isStamped();
    if (mayVouch && !firings.isHeldUp() && !firings.hasEnded()) vouching.tell(results);
    stopIfDone();
    pauseAndResume();
    timer.arm();
  }

  /** There is no demand for the rest of the batch, nor for anything after it. */
  private void leave() throws Exception {
    if (!plan.isCounted()) {
      batch.cancelRest();
      inputs.cancelOthers(batch);
    }
    firings.end(false);
  }

  private void stopIfDone() {
    if (!links.isDone() || !firings.hasEnded() || plan.isCounted()) return;
    if (results.isOfSink()) context.stop();
    else results.complete();
  }

  /** The turn fails, but what is in the user's container stays there. */
  private void settleCollected() {
    links.undo(0);
    journal.undo(0);
    results.drop();
    if (batch.hasElement()) batch.settleBefore();
  }

  // ---- what goes on over turns

  boolean hasMore() {
    return firings.isHeldUp() || hasKept() || firings.hasEndToTell()
        || vouching.hasAdvanced() && !vouching.isForEver() && !firings.hasEnded()
        || links.isDone() && !firings.hasEnded() || timer.isDue();
  }

  private boolean hasKept() {
    return links.buffer() != null && links.buffer().hasKept();
  }

  void onMore(Outlet<Object> to) throws Exception {
    begin(to);
    if (links.isExpanding()) expand();
    else if (links.hasReady()) elements.release();
    else if (hasKept()) release();
    else if (firings.isOpen()) firings.resume();
    else if (firings.hasEndToTell()) firings.tellEnd();
    else if (links.isDone() && !firings.hasEnded()) firings.end(false);
    else if (vouching.hasAdvanced()) advance();
    else firings.timer(job.clock().now());
    finish();
  }

  void onComplete(Outlet<Object> to) throws Exception {
    begin(to);
    firings.end(context.isInputCut());
    finish();
  }

  private void expand() throws Exception {
    elements.expand();
    elements.release();
  }

  private void release() throws Exception {
    links.buffer().release(results.wanted());
    journal.seal();
    elements.release();
  }

  // ---- progress

  /** Everything that a producer has emitted before this progress is handled. */
  void onProgress(Inlet<?> from, Progress progress, Outlet<Object> to) throws Exception {
    begin(to);
    vouching.progress(inputs.laneOf(from), progress);
    if (inputs.areSeveral()) firings.sideProgress(inputs.sideOf(from), progress.watermark());
    advance();
    finish();
  }

  /** Fires what is final by what all inputs vouch for now. What there is no room for waits, and then looks again. */
  private void advance() throws Exception {
    if (firings.isHeldUp() || firings.hasEnded()) return;
    long c = vouching.apply();
    if (c != Times.FOREVER) firings.progress(c);
  }

  /** Nothing has come from the source for a while. */
  void onIdle(Outlet<Object> to) throws Exception {
    begin(to);
    vouching.idle(true);
    finish();
  }

  long idleAfterNanos() {
    return plan.idleAfterNanos();
  }

  // ---- several inputs

  void subscribed(Inlet<Object> inlet) {
    inputs.subscribed(inlet);
    pauseAndResume();
  }

  private void pauseAndResume() {
    inputs.pauseAndResume(links.first(), plan.isCounted() && links.isDone());
  }

  void inputEnded(Inlet<Object> inlet, Outlet<Object> to) throws Exception {
    begin(to);
    // An input that a drain has cut short vouches for no more than before: else the others alone would say what is
    // whole, and windows that lack its elements would be passed off as final.
    if (!context.isInputCut()) vouching.completed(inputs.laneOf(inlet));
    if (inputs.ended(inlet)) firings.sideEnded(inputs.sideOf(inlet));
    if (inputs.areSeveral()) firings.tellEnd();
    if (inputs.areSeveral() && links.isDone()) firings.end(false);
    else advance();
    finish();
  }

  // ---- the engine's

  @Override
  public void prepare() {
    journal.prepare();
  }

  @Override
  public void commit() {
    links.commit();
    crashing.commit();
    firings.commit();
    inputs.commit();
    if (firings.isOver()) job.completed(plan.stage());
    tally.commit();
    vouching.commit(tally);
    journal.commit();
    if (isLeft || !plan.isCounted() || !firings.hasEnded() || !links.isDone()) return;
    isLeft = true;
    job.unwanted(plan.stage());
  }

  @Override
  public void rollback() {
    links.rollback();
    crashing.rollback();
    firings.rollback();
    inputs.rollback();
    vouching.rollback();
    tally.rollback();
    journal.rollback();
  }

  @Override
  public Transactional committedOnly() {
    var successor = new Chain(plan, job, tally.successor());
    successor.links.adopt(links);
    successor.crashing.adopt(crashing);
    successor.firings.adopt(firings);
    successor.inputs.adopt(inputs);
    successor.vouching.adopt(vouching);
    successor.isLeft = isLeft;
    return successor;
  }
}
