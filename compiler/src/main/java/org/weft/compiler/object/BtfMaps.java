package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeMap;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.ElfRelocation;
import org.weft.compiler.elf.ElfSection;
import org.weft.compiler.elf.ElfSymbol;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapDefinition.Reference;

/** Maps of the section {@code .maps}: variables whose types describe them. */
final class BtfMaps {
  private static final String SECTION = ".maps";
  private static final int POINTER_BYTES = 8;

  /** A map, the bytes of its variable, and where in them its initial values begin. */
  private record Variable(
      MapDefinition definition, long offset, long bytes, long values, List<Reference> references) {
    Variable(BtfMapType type, ElfSymbol symbol, long bytes) {
      this(type.definition(), symbol.value(), bytes, type.valuesOffset(), new ArrayList<>());
    }
  }

  private final ElfFile elf;
  private final Btf btf;
  private final ElfSection section;
  private final FunctionTable functions;
  private final TreeMap<Long, Variable> variables = new TreeMap<>();

  private BtfMaps(ElfFile elf, Btf btf, ElfSection section, FunctionTable functions) {
    this.elf = elf;
    this.btf = btf;
    this.section = section;
    this.functions = functions;
  }

  /**
   * Adds the maps of {@code .maps}.
   *
   * @param btf null when the object has none
   */
  static void read(ElfFile elf, Btf btf, FunctionTable functions, ObjectMaps maps, Notes notes) {
    ElfSection section = elf.section(SECTION).orElse(null);
    if (section == null || section.size() == 0) {
      return;
    }
    if (btf == null) {
      throw section.content().error("no .BTF section describes the maps; compile with -g");
    }
    BtfMaps reader = new BtfMaps(elf, btf, section, functions);
    reader.collect(notes);
    reader.initialise();
    maps.addMapSection(section.index());
    for (Variable v : reader.variables.values()) {
      v.references().sort(Comparator.comparingInt(Reference::index));
      maps.add(
          v.definition().withReferences(v.references()),
          new ObjectMaps.Place(section.index(), v.offset()));
    }
  }

  private void collect(Notes notes) {
    Map<String, ElfSymbol> symbols = new HashMap<>();
    for (ElfSymbol symbol : elf.symbols()) {
      if (symbol.section() == section.index() && !symbol.isSection()) {
        symbols.putIfAbsent(symbol.name(), symbol);
      }
    }
    for (BtfType datasec : btf.named(BtfKind.DATASEC, SECTION)) {
      for (BtfType.SectionVariable item : btf.variables(datasec)) {
        BtfType variable = btf.type(item.type());
        if (variable.kind() != BtfKind.VAR) {
          throw btf.error("section .maps holds " + btf.describe(variable) + ", no variable");
        }
        String name = btf.name(variable);
        // Offsets in BTF are not relocated; the symbol's is right.
        ElfSymbol symbol = symbols.get(name);
        if (symbol == null) {
          throw error("map " + name + " has no symbol");
        }
        if (symbol.value() < 0 || item.size() > section.size() - symbol.value()) {
          throw error("map " + name + " reaches beyond the section");
        }
        BtfMapType type =
            BtfMapType.read(btf, name, variable.sizeOrType(), section.content(), notes);
        if (variables.put(symbol.value(), new Variable(type, symbol, item.size())) != null) {
          throw error("map " + name + " lies where another map lies");
        }
        if (variables.size() > ObjectMaps.MOST) {
          throw error("more than " + ObjectMaps.MOST + " maps");
        }
      }
    }
  }

  /** {@code .values = {[2] = &inner}}: each pointer is a relocation. */
  private void initialise() {
    for (ElfRelocation relocation : elf.relocations(section)) {
      String where = "pointer at offset " + Long.toUnsignedString(relocation.offset());
      if (relocation.offset() < 0 || relocation.offset() > section.size() - POINTER_BYTES) {
        throw error(where + " lies outside the section");
      }
      Entry<Long, Variable> entry = variables.floorEntry(relocation.offset());
      if (!relocation.isPointer() || entry == null) {
        throw error(where + ": unexpected relocation " + relocation.typeName());
      }
      Variable variable = entry.getValue();
      long inside = relocation.offset() - variable.offset();
      long slot = inside - variable.values();
      if (variable.values() < 0
          || inside >= variable.bytes()
          || slot < 0
          || slot % POINTER_BYTES != 0) {
        throw error(where + " is no value of map " + variable.definition().name());
      }
      int index = (int) (slot / POINTER_BYTES);
      variable.references().add(new Reference(index, target(relocation, variable.definition())));
    }
  }

  private String target(ElfRelocation relocation, MapDefinition owner) {
    ElfSymbol symbol = relocation.symbol();
    long value = symbol.value() + section.content().s64(relocation.offset());
    Variable map = symbol.section() == section.index() ? variables.get(value) : null;
    if (owner.type().isMapOfMaps() && map != null) {
      return map.definition().name();
    }
    CodeFunction function =
        value % CodeFunction.INSTRUCTION_BYTES == 0
            ? functions.at(symbol.section(), value / CodeFunction.INSTRUCTION_BYTES)
            : null;
    if (!owner.type().isMapOfMaps() && function != null) {
      return function.name();
    }
    throw error(
        "map "
            + owner.name()
            + ": initial value "
            + symbol.name()
            + " is not a "
            + (owner.type().isMapOfMaps() ? "map" : "function"));
  }

  private InputException error(String cause) {
    return section.content().error(cause);
  }
}
