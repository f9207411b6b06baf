package stage.pipeline.random;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.pipeline.Pipeline;

/** Makes pipelines of steps that chance picks. */
final class RandomPipeline {
  private static final int MOST_ELEMENTS = 400;

  private static final List<RandomStep> STEPS =
      Stream.of(ElementSteps.ALL, OrderSteps.ALL, KeySteps.ALL, SeveralSteps.ALL).flatMap(List::stream).toList();

  private RandomPipeline() {}

  /** {@return a pipeline; the same for the same seed} */
  static ModelledPipeline of(Random random, int depth) {
    ModelledPipeline pipeline = source(random);
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      ModelledPipeline longer = Choice.step(pipeline, STEPS, random, depth);
      if (longer.expected().size() > MOST_ELEMENTS) break;
      pipeline = longer;
    }
    return pipeline;
  }

  private static ModelledPipeline source(Random random) {
    int size = random.nextInt(4) == 0 ? random.nextInt(3) : 5 + random.nextInt(60);
    List<Integer> numbers = random.ints(size, 0, 50).boxed().toList();
    ModelledPipeline source = switch (random.nextInt(5)) {
      case 0 -> source("stage",
          Pipeline.from(Stage.ofIterable("numbers" + random.nextInt(1_000_000), numbers)), numbers);
      case 1 -> source("generate", Pipeline.generate(new Counting(numbers)), numbers);
      case 2 -> source("lines", lines(numbers).map(Integer::parseInt), numbers);
      default -> source("from", Pipeline.from(numbers), numbers);
    };
    return random.nextInt(3) == 0 ? source.timed() : source;
  }

  private static ModelledPipeline source(String text, Pipeline<Integer> pipeline, List<Integer> numbers) {
    return new ModelledPipeline(text + "(" + numbers.size() + ")", pipeline, numbers, true, false);
  }

  private static Pipeline<String> lines(List<Integer> numbers) {
    try {
      Path file = Files.createTempFile("numbers", ".txt");
      file.toFile().deleteOnExit();
      return Pipeline.lines(Files.write(file, numbers.stream().map(String::valueOf).toList()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A loop that goes on after a restart where it was. */
  private static final class Counting implements Stage.Generator<Integer> {
    private final List<Integer> numbers;
    private State<Integer> emitted;

    Counting(List<Integer> numbers) {
      this.numbers = numbers;
    }

    @Override
    public void onStart(StageContext context) {
      emitted = context.state("emitted", 0);
    }

    @Override
    public void generate(Outlet<Integer> out) {
      while (emitted.value() < numbers.size()) {
        int next = emitted.value();
        emitted.set(next + 1);
        out.emit(numbers.get(next));
      }
    }
  }
}
