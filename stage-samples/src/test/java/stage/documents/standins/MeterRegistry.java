package stage.documents.standins;

/** {@code io.micrometer.core.instrument.MeterRegistry}. */
public interface MeterRegistry {}
