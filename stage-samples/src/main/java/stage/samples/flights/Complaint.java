package stage.samples.flights;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Says why a line is not a flight. The slow counterpart of {@link LineParser}: it knows the same rules, column by
 * column.
 */
final class Complaint {
  private Complaint() {}

  /**
   * {@return what is wrong with a line, or an empty text if nothing is}
   *
   * @param bytes where it is
   * @param from where it begins
   * @param to where it ends, its line feed left out
   */
  static String about(byte[] bytes, int from, int to) {
    int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
    if (end == from) return "the line is empty";
    if (end - from > LineParser.MOST_BYTES) return "the line is longer than " + LineParser.MOST_BYTES + " bytes";
    // one char per byte, so that nothing is hidden by decoding
    List<String> columns =
        Arrays.asList(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1).split(",", -1));
    if (columns.size() != 5)
      return "there must be 5 columns, but there " + (columns.size() == 1 ? "is 1" : "are " + columns.size());
    String about = aboutDate(columns.get(0));
    if (about.isEmpty()) about = aboutNumber("delay", columns.get(1), Delay.LEAST, Delay.MOST);
    if (about.isEmpty()) about = aboutNumber("distance", columns.get(2), 0, WholeNumber.MOST);
    if (about.isEmpty()) about = aboutCode("origin", columns.get(3));
    if (about.isEmpty()) about = aboutCode("destination", columns.get(4));
    return about;
  }

  private static String aboutDate(String date) {
    byte[] bytes = date.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length == DateAndTime.LENGTH && new DateAndTime().isAt(bytes, 0)) return "";
    return "date must be a day and time like 2001-01-31T07:05, but is " + quoted(date);
  }

  private static String aboutNumber(String column, String number, int least, int most) {
    if (number.matches("-?[0-9]{1,9}")) {
      int value = Integer.parseInt(number);
      if (value >= least && value <= most) return "";
    }
    return column + " must be a whole number from " + least + " to " + most + ", but is " + quoted(number);
  }

  private static String aboutCode(String column, String code) {
    if (code.matches("[A-Za-z0-9]{1," + LineParser.MOST_CODE_LENGTH + "}")) return "";
    return column + " must be an airport's code like DTW, but is " + quoted(code);
  }

  private static String quoted(String column) {
    byte[] bytes = column.getBytes(StandardCharsets.ISO_8859_1);
    return Quoted.bytes(bytes, 0, bytes.length);
  }
}
