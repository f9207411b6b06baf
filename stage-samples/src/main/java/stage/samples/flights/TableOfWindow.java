package stage.samples.flights;

import java.time.Instant;
import java.util.List;
import stage.api.pipeline.All;
import stage.api.pipeline.Pane;

/**
 * The table of a window.
 *
 * @param start when the window begins
 * @param table its table
 */
record TableOfWindow(Instant start, DelayTable table) {
  /** {@return the table of the keys that a window has} */
  static TableOfWindow of(Pane<All, List<Pane<String, DelayCounts>>> keys) {
    List<TableRow> rows = keys.value().stream().map(each -> each.value().row(each.key())).toList();
    return new TableOfWindow(keys.window().start(), new DelayTable(rows));
  }
}
