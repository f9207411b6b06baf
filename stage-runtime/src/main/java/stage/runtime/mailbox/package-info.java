/**
 * What other threads tell a cell between two turns: messages that are handled in order, and signals, each a bit.
 *
 * <p>Any thread adds a message or sets a signal; the cell's thread takes them. The package does not know what a cell
 * does about them.
 */
package stage.runtime.mailbox;
