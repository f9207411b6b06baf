/**
 * Events of the JDK's flight recorder. Nothing outside may touch a class of this package before it has seen that the
 * module {@code jdk.jfr} is there.
 */
package stage.runtime.observe.jfr;
