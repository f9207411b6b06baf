package stage.api.pipeline.plan;

import java.time.Duration;
import java.util.Optional;
import stage.api.pipeline.Windows;

/**
 * How a reducer's elements are put into windows.
 *
 * @param site the call
 * @param windows the windows
 * @param late where late elements go; empty to count them only
 * @param earlyEvents after how many elements of a window there is an early pane; 0 for never
 * @param earlyEvery after which time there is an early pane of each open window; empty for never
 */
public record Framing(Site site, Windows windows, Optional<Node.Branch> late, int earlyEvents,
    Optional<Duration> earlyEvery) {}
