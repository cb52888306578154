package org.weft.compiler.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Helpers that are functions of {@code src/main/bpf/network.c}, put in the place of their calls,
 * and maps that these look in. The maps stand behind those of the object, in every program of an
 * image with the same numbers; the host fills them.
 */
public final class HelperLibrary {
  private static final String OBJECT = "network.o";
  private static final int FRAME_POINTER = 10;

  /** Tries of a library take this share of the machine's slots, each, in eight for six entries. */
  private static final int SLOTS_PER_ROUTE = 16;

  private static final Set<HelperFunction> HELPERS =
      EnumSet.of(HelperFunction.FIB_LOOKUP, HelperFunction.CHECK_MTU);

  private HelperLibrary() {}

  /** The library's object, read when a program needs it: most do not. */
  private static final class Loaded {
    /** The function of each helper, which uses maps by their numbers in the library. */
    private static final Map<HelperFunction, List<Instruction>> FUNCTIONS;

    private static final List<MapDefinition> MAPS;

    static {
      XdpObject object = ObjectLoader.load(OBJECT, bytes());
      FUNCTIONS =
          HELPERS.stream()
              .collect(
                  Collectors.toUnmodifiableMap(helper -> helper, helper -> code(object, helper)));
      MAPS =
          object.maps().stream().map(map -> map.named(MapDefinition.LIBRARY + map.name())).toList();
    }

    private static byte[] bytes() {
      try (InputStream in = HelperLibrary.class.getResourceAsStream(OBJECT)) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static List<Instruction> code(XdpObject object, HelperFunction helper) {
      return object.program(helper.name().toLowerCase(Locale.ROOT)).code();
    }
  }

  /** Whether a helper, null for none, is a function of the library. */
  public static boolean has(HelperFunction helper) {
    return helper != null && HELPERS.contains(helper);
  }

  /**
   * Puts a helper's function behind code.
   *
   * @param firstMap number of the library's first map in the image
   * @return bytes of stack that the function uses
   */
  public static int add(HelperFunction helper, List<Instruction> code, int firstMap) {
    int stackBytes = 0;
    for (Instruction instruction : Loaded.FUNCTIONS.get(helper)) {
      if (instruction instanceof Instruction.LoadImmediate load
          && load.kind() == ImmediateKind.MAP_INDEX) {
        code.add(new Instruction.LoadImmediate(load.dst(), load.kind(), load.low() + firstMap));
      } else {
        code.add(instruction);
      }
      // All that is read there is stored first.
      if (instruction instanceof Instruction.Store store && store.base() == FRAME_POINTER) {
        stackBytes = Math.max(stackBytes, -store.offset());
      }
    }
    return stackBytes;
  }

  /** Maps of the library that programs need as they call helpers. */
  public static List<MapDefinition> maps(List<Program> programs) {
    long most =
        programs.stream()
            .flatMap(program -> program.code().stream())
            .filter(Instruction.CallHelper.class::isInstance)
            .map(call -> HelperFunction.of(((Instruction.CallHelper) call).number()))
            .filter(HelperLibrary::has)
            .flatMap(helper -> Loaded.FUNCTIONS.get(helper).stream())
            .filter(Instruction.LoadImmediate.class::isInstance)
            .map(Instruction.LoadImmediate.class::cast)
            .filter(load -> load.kind() == ImmediateKind.MAP_INDEX)
            .mapToLong(load -> load.low() + 1L)
            .max()
            .orElse(0);
    return most == 0 ? List.of() : Loaded.MAPS.subList(0, (int) most);
  }

  /**
   * The image with as many routes as the machine has room for, where rows look for any; elsewhere a
   * trie has the one entry that it is defined with.
   */
  public static ProgramImage withRoutes(ProgramImage image) {
    int entries = Math.max(2, image.machine().tableSlots() / SLOTS_PER_ROUTE);
    List<MapDefinition> maps = new ArrayList<>(image.maps());
    for (int i = 0; i < maps.size(); i++) {
      int argument = Slot.FIRST_CONSTANT + i + 1;
      boolean sized = maps.get(i).isOfLibrary() && maps.get(i).type() == MapType.LPM_TRIE;
      if (sized && image.rows().stream().anyMatch(row -> calls(row, argument))) {
        maps.set(i, maps.get(i).withMaxEntries(entries));
      }
    }
    return new ProgramImage(image.machine(), image.rows(), maps, image.entries(), image.debug());
  }

  /** Whether a row works on a map that it names so, or in a register, where it may be any. */
  private static boolean calls(Row row, int argument) {
    return row.slots().stream()
        .filter(Slot.Call.class::isInstance)
        .map(Slot.Call.class::cast)
        .filter(call -> call.helper() == HelperFunction.MAP_LOOKUP_ELEM)
        .mapToInt(call -> call.arguments().get(0))
        .anyMatch(map -> map == argument || map < Slot.FIRST_CONSTANT);
  }
}
