package org.weft.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.image.ImageCheck;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Row;
import org.weft.isa.row.RowParser;
import org.weft.isa.row.RowPrinter;
import org.weft.sim.validate.ValidationOptions;
import org.weft.sim.validate.Validator;

/**
 * Images with one slot changed are found to be wrong. Not all of them are wrong: what is changed
 * may be on a way that no packet takes, or not matter there. So the share is asked for.
 */
final class BrokenImageTest {
  private static final ValidationOptions OPTIONS = new ValidationOptions(20_000, 1, 8);
  private static final int PER_EXAMPLE = 2;
  private static final long SEED = 11;

  /** The last constant of a slot. */
  private static final Pattern CONSTANT =
      Pattern.compile("(?<![r\\w.])(\\d+)(?!.*(?<![r\\w.])\\d)");

  private static final Pattern CONDITION = Pattern.compile("(.* if .*) (==|!=|<|>=|>|<=) (.*)");

  /** A way to break a slot: its new text, or the same when it cannot be broken so. */
  private enum Breakage {
    CONSTANT_IS_ONE_MORE(70, Breakage::oneMore),
    CONDITION_IS_TURNED(80, slot -> condition(slot, "== != < >= > <=", "!= == >= < <= >")),
    CONDITION_IS_OFF_BY_ONE(50, slot -> condition(slot, "< <= > >=", "<= < >= >")),
    STORE_IS_DROPPED(75, slot -> slot.startsWith("store") ? "nop" : slot),
    VERDICT_IS_ANOTHER(60, Breakage::verdict),
    ATOMIC_IS_DROPPED(80, slot -> slot.startsWith("atomic") ? "nop" : slot),
    BYTES_ARE_NOT_SWAPPED(60, slot -> slot.replaceFirst("(load\\d+|store\\d+)swap", "$1"));

    /** How many of a hundred have to be found. */
    final int percent;

    final UnaryOperator<String> change;

    Breakage(int percent, UnaryOperator<String> change) {
      this.percent = percent;
      this.change = change;
    }

    private static String oneMore(String slot) {
      Matcher matcher = CONSTANT.matcher(slot);
      boolean isTarget = slot.startsWith("goto") && !slot.contains(" if ");
      if (isTarget || !matcher.find()) {
        return slot;
      }
      long more = Long.parseLong(matcher.group()) + 1;
      return slot.substring(0, matcher.start()) + more + slot.substring(matcher.end());
    }

    private static String condition(String slot, String from, String to) {
      Matcher matcher = CONDITION.matcher(slot);
      int index = matcher.matches() ? Arrays.asList(from.split(" ")).indexOf(matcher.group(2)) : -1;
      return index < 0
          ? slot
          : matcher.group(1) + " " + to.split(" ")[index] + " " + matcher.group(3);
    }

    private static String verdict(String slot) {
      return slot.startsWith("exit DROP")
          ? slot.replace("DROP", "PASS")
          : slot.replaceFirst("^exit (PASS|TX)", "exit DROP");
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void mostAreFound(Breakage breakage) throws IOException {
    int made = 0;
    List<String> survivors = new ArrayList<>();
    for (Example example : Example.all()) {
      XdpObject object = ObjectLoader.load(example.name(), Files.readAllBytes(example.object()));
      Program program = object.programs().get(0);
      ProgramImage image = Compiler.compile(object, program, MachineSpec.preset("nic100"));
      for (Broken broken : some(image, breakage)) {
        made++;
        if (Validator.validate(object, program, broken.image, OPTIONS).differing() == 0) {
          survivors.add(example + ": " + broken.text);
        }
      }
    }
    int found = made - survivors.size();
    String all = breakage + ": " + found + " of " + made + " found; not " + survivors;
    assertTrue(made >= 5, all);
    assertTrue(100 * found >= breakage.percent * made, all);
  }

  private record Broken(ProgramImage image, String text) {}

  private static List<Broken> some(ProgramImage image, Breakage breakage) {
    List<Broken> all = new ArrayList<>();
    for (int row = 0; row < image.rows().size(); row++) {
      String[] slots = RowPrinter.print(image.rows().get(row)).split(" \\| ", -1);
      for (int slot = 0; slot < slots.length; slot++) {
        String changed = breakage.change.apply(slots[slot]);
        if (!changed.equals(slots[slot])) {
          String[] copy = slots.clone();
          copy[slot] = changed;
          String text = "row " + row + ": " + slots[slot] + " -> " + changed;
          add(all, image, row, String.join(" | ", copy), text);
        }
      }
    }
    List<Broken> some = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(SEED);
    while (some.size() < PER_EXAMPLE && !all.isEmpty()) {
      some.add(all.remove(random.nextInt(all.size())));
    }
    return some;
  }

  private static void add(
      List<Broken> all, ProgramImage image, int row, String listing, String text) {
    try {
      List<Row> rows = new ArrayList<>(image.rows());
      rows.set(row, RowParser.parse(listing).get(0));
      ProgramImage broken =
          new ProgramImage(image.machine(), rows, image.maps(), image.entries(), image.debug());
      ImageCheck.check(broken);
      all.add(new Broken(broken, text));
    } catch (InputException e) {
      // No image of this machine.
    }
  }
}
