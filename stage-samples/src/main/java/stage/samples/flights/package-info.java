/** {@code ./stage flights}: delays of flights, grouped and counted, also with crashes on purpose. */
package stage.samples.flights;
