package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.btf.Btf;
import org.weft.compiler.btf.BtfKind;
import org.weft.compiler.btf.BtfType;
import org.weft.isa.xdp.MapDefinition;

/**
 * Looks for {@code struct bpf_spin_lock} in a map's value, in structures inside it too ({@code
 * btf_parse_fields} in Linux, which looks through no typedefs).
 */
final class LockField {
  private static final String NAME = "bpf_spin_lock";
  private static final int MOST_DEEP = 32;

  /** Structures inside each other may have endless members; real ones have few. */
  private static final int MOST_MEMBERS = 1 << 14;

  private final Btf btf;
  private final List<Long> offsets = new ArrayList<>();
  private int members;

  private LockField(Btf btf) {
    this.btf = btf;
  }

  /** The offsets of locks in values of a type. */
  static List<Long> find(Btf btf, long valueType) {
    LockField field = new LockField(btf);
    field.inside(btf.resolve(valueType), 0, 0);
    return field.offsets;
  }

  private void inside(BtfType type, long offset, int depth) {
    if (type.kind() != BtfKind.STRUCT || depth == MOST_DEEP) {
      return;
    }
    for (BtfType.Member member : btf.members(type)) {
      if (++members > MOST_MEMBERS) {
        return;
      }
      long at = offset + member.bitOffset() / 8;
      BtfType of = btf.type(member.type());
      long count = 1;
      for (int i = 0; of.kind() == BtfKind.ARRAY && i < MOST_DEEP; i++) {
        count = Math.min(2, count * Math.min(2, btf.arrayLength(of)));
        of = btf.type(btf.elementType(of));
      }
      boolean isLock =
          of.kind() == BtfKind.STRUCT
              && of.sizeOrType() == MapDefinition.LOCK_BYTES
              && btf.name(of).equals(NAME);
      for (int i = 0; i < count; i++) {
        if (isLock && at % MapDefinition.LOCK_BYTES == 0) {
          offsets.add(at);
        } else {
          inside(of, at, depth + 1);
        }
      }
    }
  }
}
