/**
 * Receipts: what became of deliveries, counted along the way of everything that comes of them. A run journals what its
 * turn changes; a source keeps the book of what it has handed out, and answers. Knows nothing of operators.
 */
package stage.runtime.pipeline.receipt;
