/**
 * What the samples that read lines have in common: a command line, the lines of files, trouble on purpose, and tables.
 */
package stage.samples.lines;
