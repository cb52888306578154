package org.weft.sim.kernel;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The commands of {@code bpf(2)}, with {@code union bpf_attr} laid out as in {@code linux/bpf.h}.
 * Results below 0 are error numbers with a minus sign. Not safe for threads.
 */
final class Bpf {
  static final int ANY = 0;

  private static final int MAP_CREATE = 0;
  private static final int MAP_LOOKUP_ELEM = 1;
  private static final int MAP_UPDATE_ELEM = 2;
  private static final int MAP_GET_NEXT_KEY = 4;
  private static final int PROG_LOAD = 5;
  static final int PROG_TEST_RUN = 10;
  private static final int OBJ_GET_INFO_BY_FD = 15;
  private static final int BTF_LOAD = 18;
  private static final int MAP_FREEZE = 22;
  private static final int MAP_LOOKUP_BATCH = 24;

  private static final int PROG_TYPE_XDP = 6;
  private static final int ATTRIBUTE_BYTES = 128;
  private static final int NAME_BYTES = 15;
  private static final int RETRIES = 20;
  private static final int FUNCTION_INFO_BYTES = 8;

  private final NativeBlock attributes = NativeBlock.of(ATTRIBUTE_BYTES);
  private final ByteBuffer attr = attributes.bytes;
  private NativeBlock key = NativeBlock.of(64);
  private NativeBlock value = NativeBlock.of(4096);

  /** {@code BPF_MAP_CREATE}; inner is the descriptor of a map like the inner ones, or 0. */
  int createMap(
      int type, long keySize, long valueSize, long maxEntries, int flags, int inner, String name) {
    return createMap(type, keySize, valueSize, maxEntries, flags, inner, name, 0, 0, 0);
  }

  /**
   * The same, with types.
   *
   * @param types descriptor of the types, or 0
   * @param keyType number of the key's type
   * @param valueType number of the value's type
   */
  int createMap(
      int type,
      long keySize,
      long valueSize,
      long maxEntries,
      int flags,
      int inner,
      String name,
      int types,
      int keyType,
      int valueType) {
    clear();
    attr.putInt(0, type);
    attr.putInt(4, (int) keySize);
    attr.putInt(8, (int) valueSize);
    attr.putInt(12, (int) maxEntries);
    attr.putInt(16, flags);
    attr.putInt(20, inner);
    putName(28, name);
    attr.putInt(48, types);
    attr.putInt(52, keyType);
    attr.putInt(56, valueType);
    return (int) command(MAP_CREATE, 72);
  }

  /** {@code BPF_BTF_LOAD}; a descriptor. */
  int loadTypes(byte[] btf) {
    NativeBlock block = NativeBlock.of(btf.length);
    block.set(btf);
    clear();
    attr.putLong(0, block.address);
    attr.putInt(16, btf.length);
    try {
      return (int) command(BTF_LOAD, 28);
    } finally {
      Reference.reachabilityFence(block);
    }
  }

  /** {@code BPF_MAP_UPDATE_ELEM}. */
  long update(int fd, byte[] keyBytes, byte[] valueBytes) {
    value = value.atLeast(valueBytes.length);
    value.set(valueBytes);
    element(fd, keyBytes, value.address);
    attr.putLong(24, ANY);
    return command(MAP_UPDATE_ELEM, 32);
  }

  /** {@code BPF_MAP_LOOKUP_ELEM}; a value of that size is then in {@link #value()}. */
  long lookup(int fd, byte[] keyBytes, int valueBytes) {
    value = value.atLeast(valueBytes);
    element(fd, keyBytes, value.address);
    return command(MAP_LOOKUP_ELEM, 32);
  }

  /** What the last lookup found. */
  NativeBlock value() {
    return value;
  }

  /** {@code BPF_MAP_GET_NEXT_KEY}: the key behind this one (null: the first), or null. */
  byte[] nextKey(int fd, byte[] keyBytes, int keySize) {
    value = value.atLeast(keySize);
    element(fd, keyBytes, value.address);
    return command(MAP_GET_NEXT_KEY, 32) < 0 ? null : value.get(0, keySize);
  }

  /**
   * {@code BPF_MAP_LOOKUP_BATCH}. The blocks are the caller's.
   *
   * @param cursor four bytes: where to begin (unless first) and where to go on
   * @return the number of entries, 0 at the end, or an error
   */
  long lookupBatch(
      int fd, NativeBlock cursor, boolean first, NativeBlock keys, NativeBlock values, int count) {
    clear();
    attr.putLong(0, first ? 0 : cursor.address);
    attr.putLong(8, cursor.address);
    attr.putLong(16, keys.address);
    attr.putLong(24, values.address);
    attr.putInt(32, count);
    attr.putInt(36, fd);
    long result = command(MAP_LOOKUP_BATCH, 56);
    return result == 0 || Errno.ENOENT.is(result) ? attr.getInt(32) : result;
  }

  /** {@code BPF_MAP_FREEZE}. */
  long freeze(int fd) {
    clear();
    attr.putInt(0, fd);
    return command(MAP_FREEZE, 4);
  }

  /**
   * {@code BPF_PROG_LOAD} of an XDP program.
   *
   * @param attachType {@code expected_attach_type}
   * @param log where the verifier writes its log, or null for none
   * @param functions where functions begin, for programs that hand some to helpers; else empty
   */
  int loadProgram(
      byte[] code,
      String license,
      String name,
      int flags,
      int attachType,
      NativeBlock log,
      List<Integer> functions) {
    int types = 0;
    NativeBlock info = NativeBlock.of(Math.max(1, functions.size()) * FUNCTION_INFO_BYTES);
    if (!functions.isEmpty()) {
      types = loadTypes(KernelTypes.ofFunctions(functions.size()));
      if (types < 0) {
        return types;
      }
      for (int i = 0; i < functions.size(); i++) {
        info.bytes.putInt(FUNCTION_INFO_BYTES * i, functions.get(i));
        info.bytes.putInt(FUNCTION_INFO_BYTES * i + 4, KernelTypes.FIRST_FUNCTION + i);
      }
    }
    NativeBlock instructions = NativeBlock.of(code.length);
    instructions.set(code);
    byte[] licenseBytes = license.getBytes(StandardCharsets.UTF_8);
    NativeBlock licenseBlock = NativeBlock.of(licenseBytes.length + 1);
    licenseBlock.set(licenseBytes);
    clear();
    attr.putInt(0, PROG_TYPE_XDP);
    attr.putInt(4, code.length / 8);
    attr.putLong(8, instructions.address);
    attr.putLong(16, licenseBlock.address);
    if (log != null) {
      attr.putInt(24, 1);
      attr.putInt(28, log.bytes.capacity());
      attr.putLong(32, log.address);
    }
    attr.putInt(44, flags);
    putName(48, name);
    attr.putInt(68, attachType);
    if (types > 0) {
      attr.putInt(72, types);
      attr.putInt(76, FUNCTION_INFO_BYTES);
      attr.putLong(80, info.address);
      attr.putInt(88, functions.size());
    }
    try {
      return (int) command(PROG_LOAD, types > 0 ? 96 : 72);
    } finally {
      if (types > 0) {
        SystemCall.CLOSE.call(types);
      }
      Reference.reachabilityFence(info);
      Reference.reachabilityFence(instructions);
      Reference.reachabilityFence(licenseBlock);
    }
  }

  /** The kernel's identifier of a map or program; both infos have it at offset 4. */
  int identifier(int fd) {
    value.bytes.putLong(0, 0);
    clear();
    attr.putInt(0, fd);
    attr.putInt(4, 8);
    attr.putLong(8, value.address);
    long result = command(OBJ_GET_INFO_BY_FD, 16);
    return result < 0 ? (int) result : value.bytes.getInt(4);
  }

  private void element(int fd, byte[] keyBytes, long valueAddress) {
    clear();
    attr.putInt(0, fd);
    if (keyBytes != null && keyBytes.length > 0) {
      key = key.atLeast(keyBytes.length);
      key.set(keyBytes);
      attr.putLong(8, key.address);
    }
    attr.putLong(16, valueAddress);
  }

  private void putName(int offset, String name) {
    int length = Math.min(name.length(), NAME_BYTES);
    for (int i = 0; i < length; i++) {
      char c = name.charAt(i);
      boolean allowed = c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '_');
      attr.put(offset + i, (byte) (allowed ? c : '_'));
    }
  }

  private void clear() {
    for (int i = 0; i < ATTRIBUTE_BYTES; i += 8) {
      attr.putLong(i, 0);
    }
  }

  private long command(int command, int size) {
    return command(command, attributes, size);
  }

  /** Any command with attributes of the caller's; interrupted calls are made again. */
  static long command(int command, NativeBlock attributes, int size) {
    long result = 0;
    for (int i = 0; i < RETRIES; i++) {
      result = SystemCall.BPF.call(command, attributes.address, size);
      if (!Errno.EINTR.is(result) && !Errno.EAGAIN.is(result)) {
        break;
      }
    }
    return result;
  }
}
