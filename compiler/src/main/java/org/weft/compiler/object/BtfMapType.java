package org.weft.compiler.object;

import java.util.List;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.compiler.elf.Span;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Reads the type of a map's variable. Its members are attributes: numbers are lengths of arrays
 * that members point to ({@code int (*max_entries)[16]}) or enumerators, types are what members
 * point to ({@code struct flow *key}).
 */
final class BtfMapType {
  private static final int NO_VALUES = -1;
  private static final int MOST_ATTRIBUTES = 64;

  private static final int POINTER_VALUE_BYTES = 4;

  private final Btf btf;
  private final String name;
  private final Span place;
  private final Notes notes;
  private final boolean isInner;

  private long type;
  private long keySize = -1;
  private long valueSize = -1;
  private long maxEntries;
  private long flags;
  private MapDefinition inner;
  private long valuesOffset = NO_VALUES;
  private List<Long> locks = List.of();

  private BtfMapType(Btf btf, String name, Span place, Notes notes, boolean isInner) {
    this.btf = btf;
    this.name = name;
    this.place = place;
    this.notes = notes;
    this.isInner = isInner;
  }

  /**
   * Reads the type of the variable of this name.
   *
   * @param place what error messages begin with
   * @param notes gets a line for every attribute that is ignored
   */
  static BtfMapType read(Btf btf, String name, long typeId, Span place, Notes notes) {
    BtfMapType map = new BtfMapType(btf, name, place, notes, false);
    map.readMembers(typeId);
    return map;
  }

  /** The definition without initial values. */
  MapDefinition definition() {
    MapType mapType = type == (int) type ? MapType.of((int) type) : null;
    if (mapType == null) {
      throw error(type == 0 ? "no type" : "unknown type " + Long.toUnsignedString(type));
    }
    if (mapType.isMapOfMaps() && inner == null) {
      throw error("no inner map: a " + mapType.label() + " needs __array(values, ...)");
    }
    return new MapDefinition(
        name,
        mapType,
        Math.max(keySize, 0),
        Math.max(valueSize, 0),
        maxEntries,
        (int) flags,
        mapType.isMapOfMaps() ? inner : null,
        Bytes.EMPTY,
        List.of(),
        lock(mapType));
  }

  /**
   * As in Linux: one lock, in hash maps and arrays; libbpf makes other maps without their types.
   */
  private int lock(MapType mapType) {
    boolean fits = mapType == MapType.HASH || mapType == MapType.ARRAY;
    if (fits && locks.size() == 1 && locks.get(0) <= valueSize - MapDefinition.LOCK_BYTES) {
      return (int) (long) locks.get(0);
    }
    if (!locks.isEmpty()) {
      notes.add(
          () ->
              "map "
                  + name
                  + ": "
                  + (fits ? "values with several spin locks" : "values of type " + mapType.label())
                  + " cannot be locked");
    }
    return MapDefinition.NO_LOCK;
  }

  /** Where in the variable the initial values begin, or -1 when it has none. */
  long valuesOffset() {
    return valuesOffset;
  }

  private void readMembers(long typeId) {
    BtfType struct = btf.resolve(typeId);
    if (struct.kind() != BtfKind.STRUCT) {
      throw error("its type is " + btf.describe(struct) + ", not a struct of map attributes");
    }
    if (struct.elements() > MOST_ATTRIBUTES) {
      throw error("its type has " + struct.elements() + " members");
    }
    for (BtfType.Member member : btf.members(struct)) {
      switch (member.name()) {
        case "type" -> type = number(member);
        case "max_entries" -> maxEntries = number(member);
        case "map_flags" -> flags = number(member);
        case "key_size" -> keySize = same(keySize, number(member), member);
        case "key" -> keySize = same(keySize, pointedSize(member), member);
        case "value_size" -> valueSize = same(valueSize, number(member), member);
        case "value" -> {
          valueSize = same(valueSize, pointedSize(member), member);
          locks = LockField.find(btf, btf.resolve(member.type()).sizeOrType());
        }
        case "values" -> readValues(member);
        case "pinning" -> {
          if (number(member) != 0) {
            notes.add(() -> "pinning of maps is ignored");
          }
        }
        case "numa_node" -> number(member);
        default -> notes.add(() -> "map attribute " + member.name() + " is ignored");
      }
    }
  }

  private long number(BtfType.Member member) {
    BtfType of = btf.resolve(member.type());
    if (of.kind() == BtfKind.ENUM || of.kind() == BtfKind.ENUM64) {
      // __ulong: an enumeration of one number.
      if (of.elements() == 1) {
        return unsigned(btf.enumerators(of).get(0).value(), member);
      }
    } else if (of.kind() == BtfKind.PTR) {
      BtfType array = btf.resolve(of.sizeOrType());
      if (array.kind() == BtfKind.ARRAY) {
        return btf.arrayLength(array);
      }
    }
    throw error("attribute " + member.name() + " is no number (__uint)");
  }

  private long unsigned(long value, BtfType.Member member) {
    if (value < 0 || value > 0xffffffffL) {
      throw error("attribute " + member.name() + " needs more than 32 bits");
    }
    return value;
  }

  private long pointedSize(BtfType.Member member) {
    BtfType pointer = btf.resolve(member.type());
    if (pointer.kind() != BtfKind.PTR) {
      throw error("attribute " + member.name() + " is no type (__type)");
    }
    return btf.size(pointer.sizeOrType());
  }

  private long same(long before, long now, BtfType.Member member) {
    if (before >= 0 && before != now) {
      throw error("attribute " + member.name() + " says " + now + " bytes after " + before);
    }
    return now;
  }

  private void readValues(BtfType.Member member) {
    if (isInner) {
      throw error("the values of an inner map cannot be maps");
    }
    BtfType array = btf.resolve(member.type());
    BtfType pointer = array.kind() == BtfKind.ARRAY ? btf.resolve(btf.elementType(array)) : array;
    if (array.kind() != BtfKind.ARRAY || pointer.kind() != BtfKind.PTR) {
      throw error("attribute values is no array of pointers (__array)");
    }
    valuesOffset = member.bitOffset() / 8;
    valueSize = same(valueSize, POINTER_VALUE_BYTES, member);
    BtfType target = btf.resolve(pointer.sizeOrType());
    if (target.kind() == BtfKind.FUNC_PROTO) {
      return;
    }
    BtfMapType map = new BtfMapType(btf, name + ".inner", place, notes, true);
    map.readMembers(target.id());
    inner = map.definition();
  }

  private InputException error(String cause) {
    return place.error("map " + name + ": " + cause);
  }
}
