/**
 * As much of Flink as the documents use, so that their programs compile: names, parameters and results as there, and
 * nothing behind them.
 */
package stage.documents.standins.flink;
