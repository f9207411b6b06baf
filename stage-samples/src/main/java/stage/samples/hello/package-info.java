/** {@code ./stage hello}: the smallest pipeline; with {@code --crash}, a consumer restarted in place. */
package stage.samples.hello;
