package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.Output;
import stage.runtime.pipeline.operator.SingleInput;
import stage.runtime.pipeline.receipt.Journal;

/**
 * What a fused run keeps while it goes through a batch, and where it stands when a step has thrown. The run's own
 * thread.
 */
final class Sweep {
  // given, and changed
  Object[] out;      // results, if it emits them; there is room
  int count;         // how many are there
  long latest;       // time so far
  long latestBefore; // as it was before the element in hand
  Object folded;
  long t;            // the time and the watermark of the element in hand
  long w;

  // given
  long bound;        // how far the watermark is behind that
  SingleInput<Object, Object> operator;
  Output<Object> results;   // where those of the operator go
  Journal journal;   // where what elements answer for is settled
  int place;         // behind the last link

  // answers
  int at;            // the element in hand when a step threw; behind the last one if none did
  int step;          // the step that threw
  int passed;        // how many elements have reached the end
}
