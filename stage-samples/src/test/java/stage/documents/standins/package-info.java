/**
 * As much of Micrometer and OpenTelemetry as the documents use, so that what they say of them compiles: names,
 * parameters and results as there, and nothing behind them.
 */
package stage.documents.standins;
