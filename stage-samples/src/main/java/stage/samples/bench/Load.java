package stage.samples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What the machine did meanwhile, as Linux counts it: how many processors were busy on average, and how many of them
 * worked for others than this program. A figure taken beside other programs is worth less.
 *
 * @param busy processors that were busy
 * @param others how many of those others had, the hypervisor's other guests included
 * @param cores how many there are
 */
record Load(double busy, double others, int cores) {
  private static final Path ALL = Path.of("/proc/stat");
  private static final Path OWN = Path.of("/proc/self/stat");

  // Columns of the first line of /proc/stat, in ticks: user nice system idle iowait irq softirq steal.
  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;
  private static final int STEAL = 7;

  // Of /proc/self/stat, behind the name in parentheses, which may hold blanks: the state is the first, utime the 12th.
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  /** Where the counters stood. */
  record Mark(long busy, long all, long own) {
    /** {@return what has happened since; empty if that is not known here, or too little time has passed} */
    Optional<Load> since() {
      return now().filter(now -> now.all > all).map(now -> {
        int cores = Runtime.getRuntime().availableProcessors();
        double perTick = (double) cores / (now.all - all);
        double busyNow = (now.busy - busy) * perTick;
        return new Load(busyNow, Math.max(0, busyNow - (now.own - own) * perTick), cores);
      });
    }
  }

  /** {@return where the counters stand; empty where there are none} */
  static Optional<Mark> now() {
    try {
      return Optional.of(mark(Files.readString(ALL), Files.readString(OWN)));
    } catch (IOException | RuntimeException notLinux) {
      return Optional.empty();
    }
  }

  /** {@return the same, from the files' contents} */
  static Mark mark(String all, String own) {
    String[] ticks = all.substring(0, all.indexOf('\n')).replaceFirst("^cpu +", "").split(" ");
    long sum = 0;
    for (int i = 0; i <= STEAL; i++) sum += Long.parseLong(ticks[i]);
    long idle = Long.parseLong(ticks[IDLE]) + Long.parseLong(ticks[IO_WAIT]);
    String[] mine = own.substring(own.lastIndexOf(')') + 2).split(" ");
    return new Mark(sum - idle, sum, Long.parseLong(mine[USER_TIME]) + Long.parseLong(mine[SYSTEM_TIME]));
  }

  /** {@return how many threads wanted a processor in the last 1, 5 and 15 minutes, as the system tells it} */
  static String average() {
    try {
      String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ");
      return words[0] + ", " + words[1] + ", " + words[2];
    } catch (IOException | RuntimeException notLinux) {
      return "not known on this system";
    }
  }

  /** {@return a sentence without its full stop} */
  String text() {
    return String.format(Locale.ROOT, "%.1f of %d cores were busy, %.1f of them for others", busy, cores, others);
  }

  /** {@return whether others had so much of the machine that figures suffer} */
  boolean isDisturbed() {
    return others > 0.2;
  }
}
