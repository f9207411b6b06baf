/** {@code ./stage weblog}: who asked a web server for what, and what came of it. */
package stage.samples.weblog;
