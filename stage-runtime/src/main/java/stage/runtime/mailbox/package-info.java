/**
 * What other threads tell a cell between two turns: messages that are handled in order, and signals, each a bit.
 *
 * <p>Any thread puts and sets, the cell's thread takes and looks. The package does not know what a cell does about it.
 */
package stage.runtime.mailbox;
