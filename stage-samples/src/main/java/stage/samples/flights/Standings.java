package stage.samples.flights;

import java.util.Optional;

/** The results as they stand while the rows still come. */
interface Standings {
  /** Results of about one instant. */
  record Standing(DelayTable table, long malformed) {}

  /**
   * {@return how it stands, or nothing if the stages are ending and the final table is on its way} May wait for the
   * stages to answer.
   */
  Optional<Standing> ask() throws InterruptedException;
}
