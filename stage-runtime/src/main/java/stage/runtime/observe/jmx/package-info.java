/**
 * A scope as a managed bean. Nothing outside may touch a class of this package before it has seen that the module
 * {@code java.management} is there.
 */
package stage.runtime.observe.jmx;
