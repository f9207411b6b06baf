package stage.api;

/** Emits elements that can be had again from the beginning: each incarnation does, and skips what was emitted. */
final class ElementsAnew<O> implements Stage.Generator<O> {
  private final StageFactory<ElementReader<O>> beginning;
  private State<Long> emitted;

  ElementsAnew(StageFactory<ElementReader<O>> beginning) {
    this.beginning = beginning;
  }

  @Override
  public void onStart(StageContext context) {
    emitted = context.state("emitted", 0L);
  }

  @Override
  public void generate(Outlet<O> out) throws Exception {
    try (ElementReader<O> elements = beginning.create()) {
      for (long skipped = 0; skipped < emitted.value(); skipped++) if (elements.next() == null) return;
      for (O next = elements.next(); next != null; next = elements.next()) {
        emitted.set(emitted.value() + 1);   // counts once the event is accepted, and only then
        out.emit(next);
      }
    }
  }
}
