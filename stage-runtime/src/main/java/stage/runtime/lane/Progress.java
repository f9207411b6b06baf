package stage.runtime.lane;

/**
 * What the producer of a lane vouches for: whatever it publishes on the lane from now on has stamps of at least
 * {@code watermark}.
 *
 * @param watermark in nanoseconds of event time; {@link Long#MIN_VALUE} for nothing yet, {@link Long#MAX_VALUE} for the
 *     end
 * @param isIdle whether its source is idle, so that it is not waited for
 * @param isCut whether the input was cut short, so that what is open is not whole
 */
public record Progress(long watermark, boolean isIdle, boolean isCut) {}
