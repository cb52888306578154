package org.weft.isa.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.isa.InputException;
import org.weft.isa.WholeFile;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Row;
import org.weft.isa.row.RowCodec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Program images as files.
 *
 * <pre>
 * magic "weftimg\n" | version u32 | SHA-256 of the machine | SHA-256 of the body | body
 * body: machine text | rows | maps | entries | debug table
 * </pre>
 *
 * Numbers are big-endian, lists begin with their length, strings are UTF-8 with their length in
 * bytes. Everything is checked before anything is returned.
 */
public final class ImageFile {
  private static final byte[] MAGIC = "weftimg\n".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 3;
  private static final int HASH_BYTES = 32;
  private static final int HEADER_BYTES = 8 + 4 + 2 * HASH_BYTES;
  private static final int MAX_FILE_BYTES = 1 << 28;

  private ImageFile() {}

  /** Whether a file that begins so is an image. */
  public static boolean isImage(byte[] file) {
    return file.length >= MAGIC.length && Arrays.equals(file, 0, 8, MAGIC, 0, 8);
  }

  /**
   * Writes an image, whole or not at all.
   *
   * @throws InputException when the file cannot be written
   */
  public static void write(ProgramImage image, Path path) {
    WholeFile.write(path, bytes(image));
  }

  /** An image's bytes. */
  public static byte[] bytes(ProgramImage image) {
    try {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      new Body(new DataOutputStream(body)).write(image);
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(file);
      out.write(MAGIC);
      out.writeInt(VERSION);
      out.write(MachineFile.hash(image.machine()));
      out.write(sha256(body.toByteArray(), 0, body.size()));
      body.writeTo(out);
      return file.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads an image.
   *
   * @throws InputException when it is none, is damaged or does not fit its machine
   */
  public static ProgramImage read(Path path) {
    try {
      if (Files.size(path) > MAX_FILE_BYTES) {
        throw new InputException(path + ": larger than 256 MiB; this is no image");
      }
      return read(path.toString(), Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads an image from memory.
   *
   * @param name the file's name for messages
   */
  public static ProgramImage read(String name, byte[] file) {
    try {
      return check(file);
    } catch (InputException e) {
      throw e.at(name);
    } catch (IOException e) {
      throw new InputException(name + ": the image is cut off; compile it again", e);
    }
  }

  private static ProgramImage check(byte[] file) throws IOException {
    if (!isImage(file)) {
      throw new InputException("not a weft image");
    }
    if (file.length < HEADER_BYTES) {
      throw new InputException("the image is cut off; compile it again");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
    in.skipBytes(MAGIC.length);
    int version = in.readInt();
    if (version != VERSION) {
      throw new InputException(
          "image of format "
              + version
              + "; this weft has format "
              + VERSION
              + ": compile it again");
    }
    byte[] machineHash = in.readNBytes(HASH_BYTES);
    byte[] bodyHash = in.readNBytes(HASH_BYTES);
    if (!Arrays.equals(bodyHash, sha256(file, HEADER_BYTES, file.length - HEADER_BYTES))) {
      throw new InputException("the image is damaged (SHA-256 differs); compile it again");
    }
    ProgramImage image = new BodyReader(in).read();
    if (in.available() > 0) {
      throw new InputException(in.available() + " bytes follow the image");
    }
    if (!Arrays.equals(machineHash, MachineFile.hash(image.machine()))) {
      throw new InputException(
          "the image's machine is not the one in its header; compile it again");
    }
    return image;
  }

  private static byte[] sha256(byte[] bytes, int offset, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, offset, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Body(DataOutputStream out) {
    void write(ProgramImage image) throws IOException {
      string(MachineFile.print(image.machine()));
      out.writeInt(image.rows().size());
      for (Row row : image.rows()) {
        for (long word : RowCodec.encode(row, image.machine().lanes())) {
          out.writeLong(word);
        }
      }
      out.writeInt(image.maps().size());
      for (MapDefinition map : image.maps()) {
        map(map);
      }
      out.writeInt(image.entries().size());
      for (ProgramImage.Entry entry : image.entries()) {
        string(entry.program());
        out.writeInt(entry.row());
      }
      List<String> files =
          image.debug().stream().map(ProgramImage.Origin::file).distinct().toList();
      out.writeInt(files.size());
      for (String file : files) {
        string(file);
      }
      out.writeInt(image.debug().size());
      for (ProgramImage.Origin origin : image.debug()) {
        out.writeInt(origin.row());
        out.writeInt(origin.slot());
        out.writeInt(origin.entry());
        out.writeInt(origin.instruction());
        out.writeInt(files.indexOf(origin.file()));
        out.writeInt(origin.line());
      }
    }

    private void map(MapDefinition map) throws IOException {
      string(map.name());
      out.writeInt(map.type().number());
      out.writeInt((int) map.keySize());
      out.writeInt((int) map.valueSize());
      out.writeInt((int) map.maxEntries());
      out.writeInt(map.flags());
      out.writeInt(map.lock());
      out.writeInt(map.data().length());
      out.write(map.data().toArray());
      out.writeInt(map.references().size());
      for (MapDefinition.Reference reference : map.references()) {
        out.writeInt(reference.index());
        string(reference.target());
      }
      out.writeBoolean(map.inner() != null);
      if (map.inner() != null) {
        map(map.inner());
      }
    }

    private void string(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  private record BodyReader(DataInputStream in) {
    ProgramImage read() throws IOException {
      MachineSpec machine = MachineFile.parse(string());
      int rowCount = count("rows", 8 * machine.lanes());
      if (rowCount > machine.rows()) {
        throw new InputException(rowCount + " rows; the machine holds " + machine.rows());
      }
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < rowCount; i++) {
        long[] words = new long[machine.lanes()];
        for (int lane = 0; lane < words.length; lane++) {
          words[lane] = in.readLong();
        }
        try {
          rows.add(RowCodec.decode(words));
        } catch (InputException e) {
          throw e.at("row " + i);
        }
      }
      List<MapDefinition> maps = new ArrayList<>();
      for (int left = count("maps", 37); left > 0; left--) {
        maps.add(map(0));
      }
      List<ProgramImage.Entry> entries = new ArrayList<>();
      for (int left = count("entries", 8); left > 0; left--) {
        entries.add(new ProgramImage.Entry(string(), index("entry", in.readInt(), rowCount)));
      }
      if (entries.isEmpty()) {
        throw new InputException("the image has no program");
      }
      List<ProgramImage.Origin> debug = debug(rowCount, machine.lanes(), entries.size());
      ProgramImage image = new ProgramImage(machine, rows, maps, entries, debug);
      ImageCheck.check(image);
      return image;
    }

    private List<ProgramImage.Origin> debug(int rows, int lanes, int entries) throws IOException {
      List<String> files = new ArrayList<>();
      for (int left = count("files", 4); left > 0; left--) {
        files.add(string());
      }
      List<ProgramImage.Origin> debug = new ArrayList<>();
      for (int left = count("debug records", 24); left > 0; left--) {
        debug.add(
            new ProgramImage.Origin(
                index("debug row", in.readInt(), rows),
                index("debug slot", in.readInt(), lanes),
                index("debug entry", in.readInt(), entries),
                in.readInt(),
                files.get(index("debug file", in.readInt(), files.size())),
                in.readInt()));
      }
      return debug;
    }

    private MapDefinition map(int nesting) throws IOException {
      String name = string();
      MapType type = MapType.of(in.readInt());
      if (type == null) {
        throw new InputException("map " + name + ": unknown type");
      }
      long keySize = Integer.toUnsignedLong(in.readInt());
      long valueSize = Integer.toUnsignedLong(in.readInt());
      long maxEntries = Integer.toUnsignedLong(in.readInt());
      int flags = in.readInt();
      int lock = in.readInt();
      if (lock != MapDefinition.NO_LOCK
          && (lock < 0 || lock % 4 != 0 || lock > valueSize - MapDefinition.LOCK_BYTES)) {
        throw new InputException("map " + name + ": no spin lock at byte " + lock);
      }
      byte[] data = in.readNBytes(count("bytes of data", 1));
      List<MapDefinition.Reference> references = new ArrayList<>();
      for (int left = count("references", 8); left > 0; left--) {
        references.add(new MapDefinition.Reference(in.readInt(), string()));
      }
      MapDefinition inner = null;
      if (in.readBoolean()) {
        if (nesting > 0) {
          throw new InputException("map " + name + ": an inner map with an inner map");
        }
        inner = map(nesting + 1);
      }
      return new MapDefinition(
          name,
          type,
          keySize,
          valueSize,
          maxEntries,
          flags,
          inner,
          Bytes.of(data),
          references,
          lock);
    }

    private String string() throws IOException {
      return new String(in.readNBytes(count("bytes", 1)), StandardCharsets.UTF_8);
    }

    /** A length that the rest of the file can hold. */
    private int count(String what, int bytesEach) throws IOException {
      int count = in.readInt();
      if (count < 0 || (long) count * bytesEach > in.available()) {
        throw new InputException(
            Integer.toUnsignedString(count) + " " + what + " do not fit the file");
      }
      return count;
    }

    private static int index(String what, int value, int limit) {
      if (value < 0 || value >= limit) {
        throw new InputException(what + " " + value + " does not exist");
      }
      return value;
    }
  }
}
