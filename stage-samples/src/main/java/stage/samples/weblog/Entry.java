package stage.samples.weblog;

/** What becomes of a line. */
sealed interface Entry permits Hit, Malformed {}
