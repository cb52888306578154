package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.compiler.elf.ElfFile;
import org.weft.compiler.elf.Relocation;
import org.weft.compiler.elf.Section;
import org.weft.compiler.elf.Symbol;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;

/**
 * Maps defined as BTF types in section {@code .maps}: {@code __uint(f, n)} is a pointer to an array
 * of n elements, {@code __type(f, T)} a pointer to T, {@code values} an array of pointers to the
 * inner map's definition or to functions (libbpf, {@code parse_btf_map_def}).
 */
final class BtfMaps {
  private static final int MAX_NESTING = 2;

  private final ElfFile elf;
  private final Btf btf;
  private final List<String> notes;

  BtfMaps(ElfFile elf, Btf btf, List<String> notes) {
    this.elf = elf;
    this.btf = btf;
    this.notes = notes;
  }

  void read(Section section, LoadedMaps into) {
    List<Relocation> initializers = elf.relocations(section);
    for (BtfType type : btf.types()) {
      if (type.kind() != BtfKind.DATASEC || !type.name().equals(section.name())) {
        continue;
      }
      for (BtfType.Member variable : type.members()) {
        String name = btf.type(variable.type()).name();
        long offset = offsetOf(name, section, variable.offset());
        try {
          Fields fields = new Fields(name);
          fields.read(btf.resolved(variable.type()), 0);
          into.add(
              fields.definition(references(fields, offset, initializers)), section.index(), offset);
        } catch (InputException e) {
          throw e.at("map " + name);
        }
      }
    }
  }

  /** Offsets in a DATASEC are zero until the object is linked; the symbol knows. */
  private long offsetOf(String name, Section section, long otherwise) {
    for (Symbol symbol : elf.symbols()) {
      if (symbol.section() == section.index() && symbol.name().equals(name)) {
        return symbol.value();
      }
    }
    return otherwise;
  }

  private List<MapDefinition.Reference> references(
      Fields fields, long start, List<Relocation> initializers) {
    List<MapDefinition.Reference> references = new ArrayList<>();
    if (fields.valuesOffset < 0) {
      return references;
    }
    long first = start + fields.valuesOffset;
    for (Relocation initializer : initializers) {
      long index = (initializer.offset() - first) / 8;
      if (initializer.offset() >= first && index < fields.valuesCount) {
        references.add(new MapDefinition.Reference((int) index, initializer.symbol().name()));
      }
    }
    return references;
  }

  /** The fields of one definition. */
  private final class Fields {
    private final String name;
    private long type;
    private long keySize;
    private long valueSize;
    private long maxEntries;
    private long flags;
    private Fields inner;
    private long valuesOffset = -1;
    private long valuesCount;

    Fields(String name) {
      this.name = name;
    }

    void read(BtfType definition, int nesting) {
      if (definition.kind() != BtfKind.STRUCT) {
        throw new InputException("its definition is no struct; see libbpf's BTF-defined maps");
      }
      for (BtfType.Member member : definition.members()) {
        switch (member.name()) {
          case "type" -> type = number(member);
          case "max_entries" -> maxEntries = number(member);
          case "map_flags" -> flags = number(member);
          case "key_size" -> keySize = number(member);
          case "value_size" -> valueSize = number(member);
          case "key" -> keySize = btf.sizeOf(pointee(member));
          case "value" -> valueSize = btf.sizeOf(pointee(member));
          case "values" -> values(member, nesting);
          case "pinning" -> {
            if (number(member) != 0) {
              notes.add("map " + name + ": pinning is ignored; maps last for one run");
            }
          }
          case "numa_node", "map_extra" -> {
            // No meaning outside the host.
          }
          default -> notes.add("map " + name + ": unknown field " + member.name() + " is ignored");
        }
      }
    }

    private void values(BtfType.Member member, int nesting) {
      BtfType array = btf.resolved(member.type());
      if (array.kind() != BtfKind.ARRAY) {
        throw new InputException("field values is no array");
      }
      valuesOffset = member.offset() / 8;
      BtfType pointer = btf.resolved(array.sizeOrType());
      if (pointer.kind() != BtfKind.PTR) {
        throw new InputException("field values is no array of pointers");
      }
      BtfType target = btf.resolved(pointer.sizeOrType());
      valuesCount = Math.max(array.elements(), Integer.MAX_VALUE / 8);
      keySize = keySize == 0 ? 4 : keySize;
      valueSize = 4;
      if (target.kind() == BtfKind.STRUCT) {
        if (nesting + 1 >= MAX_NESTING) {
          throw new InputException("maps of maps of maps do not exist in Linux");
        }
        inner = new Fields(name + ".inner");
        inner.read(target, nesting + 1);
      } else if (target.kind() != BtfKind.FUNC_PROTO && target.kind() != BtfKind.VOID) {
        throw new InputException("field values points neither to a map nor to functions");
      }
      if (array.elements() > 0) {
        valuesCount = array.elements();
      }
    }

    private long number(BtfType.Member member) {
      BtfType outer = btf.resolved(member.type());
      if (outer.kind() == BtfKind.PTR) {
        BtfType array = btf.resolved(outer.sizeOrType());
        if (array.kind() == BtfKind.ARRAY) {
          return array.elements();
        }
      } else if (outer.kind() == BtfKind.ENUM || outer.kind() == BtfKind.ENUM64) {
        if (!outer.members().isEmpty()) {
          return outer.members().get(0).offset();
        }
      }
      throw new InputException("field " + member.name() + " is not written with __uint");
    }

    private int pointee(BtfType.Member member) {
      BtfType pointer = btf.resolved(member.type());
      if (pointer.kind() != BtfKind.PTR) {
        throw new InputException("field " + member.name() + " is not written with __type");
      }
      return pointer.sizeOrType();
    }

    MapDefinition definition(List<MapDefinition.Reference> references) {
      return new MapDefinition(
          name,
          LegacyMaps.mapType(type),
          keySize,
          valueSize,
          maxEntries,
          (int) flags,
          inner == null ? null : inner.definition(List.of()),
          Bytes.EMPTY,
          references);
    }
  }
}
