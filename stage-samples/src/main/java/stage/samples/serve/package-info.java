/** {@code ./stage serve-and-count}: demand that reaches through a socket. */
package stage.samples.serve;
