package stage.samples;

/** What a sample throws on purpose, and tells in its own words: the log need not. */
public interface OnPurpose {}
