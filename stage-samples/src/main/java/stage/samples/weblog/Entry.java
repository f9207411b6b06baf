package stage.samples.weblog;

/** What happens to a line. */
sealed interface Entry permits Hit, Malformed {}
