/**
 * A scope as a web page, for a browser on the same machine. It has a small HTTP server of its own over a plain socket:
 * the server of {@code jdk.httpserver} has no time limits of its own, so that clients that send half a request would
 * keep all others out, and a slim image would need one more module.
 */
package stage.runtime.observe.page;
