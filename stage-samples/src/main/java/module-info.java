/** Runnable samples and benchmarks of Stage. Nothing is exported: each sample is a main class. */
module stage.samples {
  requires stage.api;
  requires stage.runtime;

  provides System.LoggerFinder with stage.samples.flights.Loggers;
}
