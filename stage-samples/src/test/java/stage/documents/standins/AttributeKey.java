package stage.documents.standins;

/** {@code io.opentelemetry.api.common.AttributeKey<String>}. */
public record AttributeKey(String name) {}
