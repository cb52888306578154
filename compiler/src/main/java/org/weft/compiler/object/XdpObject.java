package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;

/**
 * An object file, linked: its XDP programs, and the maps that they name.
 *
 * @param file the file's name, for messages
 * @param programs in the order of the file
 * @param maps in the order of the file, global data last; {@code LoadImmediate} of the kinds
 *     MAP_INDEX and MAP_INDEX_VALUE counts in this list
 * @param license content of the license section, empty if none
 * @param notes what was ignored and why, one line each
 */
public record XdpObject(
    String file,
    List<Program> programs,
    List<MapDefinition> maps,
    String license,
    List<String> notes) {
  /** As {@code license_is_gpl_compatible} in Linux. */
  private static final Set<String> GPL =
      Set.of(
          "GPL",
          "GPL v2",
          "GPL and additional rights",
          "Dual BSD/GPL",
          "Dual MIT/GPL",
          "Dual MPL/GPL");

  public XdpObject {
    programs = List.copyOf(programs);
    maps = List.copyOf(maps);
    notes = List.copyOf(notes);
  }

  /** Whether the licence is compatible with the GPL, so that programs may call all helpers. */
  public boolean isGpl() {
    return GPL.contains(license);
  }

  /**
   * The program of this name, or the first one when name is null.
   *
   * @throws InputException when there is none; the message lists those there are
   */
  public Program program(String name) {
    for (Program program : programs) {
      if (name == null || program.name().equals(name)) {
        return program;
      }
    }
    for (String note : notes) {
      if (name != null && note.startsWith(leftOut(name))) {
        throw new InputException(note.substring(leftOut(name).length()));
      }
    }
    throw new InputException(
        name == null
            ? file
                + ": no XDP program; sections that hold one are named xdp or begin with xdp, or hold a"
                + " function that takes an xdp_md as BTF says (clang -g)"
            : file + ": no XDP program named " + name + "; there are " + names());
  }

  /** How the note begins that says why a program could not be linked. */
  static String leftOut(String program) {
    return "program " + program + " is left out: ";
  }

  private String names() {
    return String.join(", ", programs.stream().map(Program::name).toList());
  }

  /** The same object with other bytes in a map of global data. */
  public XdpObject withData(int map, Bytes data) {
    List<MapDefinition> changed = new ArrayList<>(maps);
    changed.set(map, maps.get(map).withData(data));
    return new XdpObject(file, programs, changed, license, notes);
  }

  /**
   * The object with another number of entries in a map, as the program that loads it may set it.
   *
   * @throws InputException when there is no such map, or it is global data
   */
  public XdpObject withMaxEntries(String map, long entries) {
    int index = mapIndex(map);
    if (index < 0 || maps.get(index).isGlobalData()) {
      List<String> sized =
          maps.stream().filter(m -> !m.isGlobalData()).map(MapDefinition::name).toList();
      throw new InputException(
          sized.isEmpty()
              ? file + ": has no maps"
              : file + ": no map " + map + "; there are " + String.join(", ", sized));
    }
    List<MapDefinition> changed = new ArrayList<>(maps);
    changed.set(index, maps.get(index).withMaxEntries(entries));
    return new XdpObject(file, programs, changed, license, notes);
  }

  /** The index of the map of this name, or -1. */
  public int mapIndex(String name) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
