package stage.samples.weblog;

import java.time.Instant;

/**
 * A request in the log.
 *
 * @param client who asked
 * @param time when the request was answered
 * @param path what was asked for, as it stands in the request; the whole request if that is malformed
 * @param status the answer's status
 * @param bytes how long the answer was, without its head
 */
record Hit(String client, Instant time, String path, int status, long bytes) implements Entry {}
