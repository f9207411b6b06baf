/** Runnable samples and benchmarks of Stage. Nothing is exported: each sample is a main class. */
module stage.samples {
  requires stage.api;
  requires stage.runtime;
  requires java.management;
  requires java.net.http;
  requires jdk.httpserver;
  requires jdk.jfr;

  provides System.LoggerFinder with stage.samples.flights.Loggers;
}
