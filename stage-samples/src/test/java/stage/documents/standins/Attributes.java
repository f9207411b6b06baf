package stage.documents.standins;

/** {@code io.opentelemetry.api.common.Attributes}. */
public interface Attributes {
  static Attributes of(AttributeKey one, String first, AttributeKey two, String second) {
    return new Attributes() { };
  }
}
