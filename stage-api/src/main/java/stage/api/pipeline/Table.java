package stage.api.pipeline;

import stage.api.pipeline.plan.TablePlan;

/**
 * A table of the newest element of each key, made of a stream; {@link Pipeline#enrich} reads it. An immutable
 * description.
 *
 * @param <K> the keys
 * @param <V> the rows
 * @since 0.1
 */
public final class Table<K, V> {
  private final TablePlan plan;

  Table(TablePlan plan) {
    this.plan = plan;
  }

  TablePlan plan() {
    return plan;
  }

  private Table<K, V> reading(TablePlan.Reading reading) {
    return new Table<>(new TablePlan(plan.site(), plan.input(), plan.key(), plan.bound(), reading));
  }

  /** {@return the same table, read to its end before anything is looked up in it} The default. */
  public Table<K, V> loadedFirst() {
    return reading(TablePlan.Reading.LOADED_FIRST);
  }

  /**
   * {@return the same table, in which the row that was valid at an element's time is looked up} Both sides need event
   * time. As a temporal table join of Flink.
   */
  public Table<K, V> asOfEventTime() {
    return reading(TablePlan.Reading.AS_OF);
  }

  /** {@return the same table, in which the row that came last is looked up} Results depend on when elements come. */
  public Table<K, V> latest() {
    return reading(TablePlan.Reading.LATEST);
  }
}
