package org.weft.compiler.ebpf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.isa.InputException;

/**
 * The text that {@link Printer} writes, to instructions. Places in front of instructions, symbols
 * in angle brackets behind them, empty lines and lines that begin with a semicolon are passed over,
 * so that what {@code llvm-objdump -d --no-show-raw-insn} lists below its headings is read as well.
 *
 * <p>The syntax stands in the printer only. A line is taken apart into its numbers and its shape,
 * which is the line without them; the shape is looked up among those of all {@link Prototypes}, and
 * the line counts as read when the instruction with its numbers prints as the same line again.
 */
public final class Parser {
  private static final int SHOWN = 60;
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern PLACE = Pattern.compile("^\\d+: ?");
  private static final Pattern SYMBOL = Pattern.compile(" <[^<>]*>$");

  /** A number that is a word of its own, with its sign, or that of a register. */
  private static final Pattern NUMBER = Pattern.compile("(?:(\\b[rw])|([+-]) ?|\\b)(\\d+)\\b");

  /** Stands for a number in a shape; no line contains it. */
  private static final char HOLE = '\n';

  private static final Map<String, Instruction> BY_SHAPE = shapes();

  private Parser() {}

  private static Map<String, Instruction> shapes() {
    Map<String, Instruction> shapes = new HashMap<>();
    for (Instruction prototype : Prototypes.all()) {
      shapes.put(shape(bare(Printer.print(prototype, 0))), prototype);
    }
    return shapes;
  }

  /**
   * The instructions of an assembly text, one a line.
   *
   * @throws InputException {@code line N: cause} when a line is no instruction, or one that {@link
   *     Decoder} would refuse
   */
  public static List<Instruction> parse(String text) {
    List<Instruction> code = new ArrayList<>();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      String bare = bare(line);
      if (!bare.isEmpty() && !bare.startsWith(";")) {
        try {
          add(code, instruction(bare));
        } catch (InputException e) {
          throw e.at("line " + number);
        }
      }
    }
    return code;
  }

  /** Adds what decodes. */
  private static void add(List<Instruction> code, Instruction instruction) {
    Word word = Encoder.word(code.size(), instruction);
    if (instruction instanceof Instruction.LoadImmediate load) {
      code.add(Decoder.loadImmediate(word, Encoder.tail(code.size() + 1, load)));
      code.add(Instruction.WideTail.WIDE_TAIL);
    } else {
      code.add(Decoder.decode(word));
    }
  }

  private static String bare(String line) {
    String spaced = SPACE.matcher(line.strip()).replaceAll(" ");
    return SYMBOL.matcher(PLACE.matcher(spaced).replaceFirst("")).replaceFirst("");
  }

  private static String shape(String line) {
    return NUMBER.matcher(line).replaceAll("$1" + HOLE);
  }

  private static List<Long> numbers(String line) {
    List<Long> numbers = new ArrayList<>();
    Matcher matcher = NUMBER.matcher(line);
    while (matcher.find()) {
      try {
        String sign = matcher.group(2) == null ? "" : matcher.group(2);
        numbers.add(Long.parseLong(sign + matcher.group(3)));
      } catch (NumberFormatException e) {
        throw new InputException(matcher.group() + " does not fit 64 bits", e);
      }
    }
    return numbers;
  }

  private static Instruction instruction(String line) {
    Instruction prototype = BY_SHAPE.get(shape(line));
    if (prototype != null) {
      Instruction instruction = new Filling(numbers(line)).fill(prototype);
      if (bare(Printer.print(instruction, 0)).equals(line)) {
        return instruction;
      }
    }
    throw new InputException(
        "no eBPF instruction: "
            + (line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "..."));
  }
}
