package stage.runtime.observe.page;

import java.nio.charset.StandardCharsets;

/**
 * An answer. Each carries the headers that keep other pages away from it; none says who answers, or why it failed.
 *
 * @param status the HTTP status
 * @param type the content type; empty without a body
 * @param body the bytes
 */
record Response(int status, String type, byte[] body) {
  private static final byte[] NOTHING = {};

  private static final String COMMON_HEADERS = """
      Cache-Control: no-store\r
      Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
      base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r
      Cross-Origin-Resource-Policy: same-origin\r
      Referrer-Policy: no-referrer\r
      X-Content-Type-Options: nosniff\r
      X-Frame-Options: DENY\r
      Connection: close\r
      """;

  static Response of(int status) {
    return new Response(status, "", NOTHING);
  }

  static Response ok(String type, byte[] body) {
    return new Response(200, type, body);
  }

  static Response json(String text) {
    return ok("application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  static Response json(byte[] text) {
    return ok("application/json", text);
  }

  /** {@return the beginning of a stream of events} */
  static Response stream() {
    return ok("text/event-stream", NOTHING);
  }

  /** {@return the head; with a length, unless the body is a stream that has none} */
  byte[] head(boolean isStream) {
    var head = new StringBuilder("HTTP/1.1 ").append(status).append(' ').append(reason()).append("\r\n");
    if (!type.isEmpty()) head.append("Content-Type: ").append(type).append("\r\n");
    if (!isStream && status != 204) head.append("Content-Length: ").append(body.length).append("\r\n");
    return head.append(COMMON_HEADERS).append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private String reason() {
    return switch (status) {
      case 200 -> "OK";
      case 204 -> "No Content";
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 413 -> "Content Too Large";
      case 421 -> "Misdirected Request";
      case 503 -> "Service Unavailable";
      default -> "Error";
    };
  }
}
