package stage.samples.flights;

/** How the table is written. */
enum TableFormat {
  /** Aligned columns, for people. */
  PLAIN,
  /** Comma-separated values, with a header. */
  CSV,
  /** A JSON array, one object per line. */
  JSON
}
