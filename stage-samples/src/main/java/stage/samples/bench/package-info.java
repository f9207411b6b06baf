/** {@code ./stage bench}: what moving events costs here, beside what the JDK has for it. */
package stage.samples.bench;
