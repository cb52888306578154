package org.weft.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.ParseException;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.UnsupportedException;

/**
 * The command. Exit status: 0 done, 1 a difference or a refused program, 2 bad usage or malformed
 * input, 3 a defect of weft itself, 141 when the reader of standard output has gone, as a shell
 * reports it of other programs.
 */
public final class Main {
  private static final int DONE = 0;
  private static final int REFUSED = 1;
  private static final int BAD_INPUT = 2;
  private static final int DEFECT = 3;
  private static final int BROKEN_PIPE = 141;

  private static final int OUTPUT_BUFFER_BYTES = 1 << 16;
  private static final String COMMANDS =
      "run, verify, compile, bench, bitstream, device, disasm, exec, rtl, version, help";

  private static final String USAGE =
      """
      weft runs unmodified XDP objects: as Linux does, and on a packet processor.

        weft run      PROG.o|IMAGE --pcap IN [options]   run a program on every packet of a trace
        weft verify   PROG.o --pcap IN [options]         run several engines and compare them
        weft compile  PROG.o [-o IMAGE] [options]        compile for a machine
        weft bench    [PROG.o --pcap IN] [options]       measure packets per clock of a machine
        weft bitstream --board BOARD PROG.o -o DIR       make what an FPGA is configured with
        weft device   load PROG.o | run --pcap IN        load a board's program, give it packets
        weft device   maps|get|set|delete [MAP [KEY]]    read and set maps of a NIC
        weft disasm   PROG.o|IMAGE                       print programs as text
        weft exec     [--engine ref|rows|sim|rtl] [MEM]  run bare instructions, given in hex
        weft rtl      -m MACHINE -o DIR [IMAGE]          write a machine's Verilog and a test bench
        weft version                                     print the version
        weft help     [COMMAND]                          print this, or the options of a command

      Exit status: 0 done, 1 a difference or a refused program, 2 bad usage or malformed input,
      3 a defect of weft.
      """;

  private Main() {}

  /** Runs a command and leaves the virtual machine with its exit status. */
  public static void main(String[] args) {
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(
                new StandardOutput(new FileOutputStream(FileDescriptor.out)), OUTPUT_BUFFER_BYTES),
            false,
            StandardCharsets.UTF_8);
    int status = run(args, System.in, out, System.err);
    Runtime.getRuntime().halt(status);
  }

  /**
   * Runs a command.
   *
   * @return the exit status
   */
  public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
    try {
      int status = guarded(args, in, out, err);
      out.flush();
      return status;
    } catch (StandardOutput.Closed e) {
      return e.isBrokenPipe()
          ? BROKEN_PIPE
          : fail(err, "standard output: " + e.getMessage(), BAD_INPUT);
    }
  }

  private static int guarded(String[] args, InputStream in, PrintStream out, PrintStream err) {
    try {
      return dispatch(args, in, out, err);
    } catch (StandardOutput.Closed e) {
      throw e;
    } catch (RefusedException | UnsupportedException e) {
      return fail(err, e.getMessage(), REFUSED);
    } catch (InputException e) {
      return fail(err, e.getMessage(), BAD_INPUT);
    } catch (MissingArgumentException e) {
      String option = "--" + e.getOption().getLongOpt();
      return fail(
          err, option + " lacks its value; weft help " + args[0] + " lists the options", BAD_INPUT);
    } catch (ParseException e) {
      return fail(err, e.getMessage() + "; weft help " + args[0] + " lists the options", BAD_INPUT);
    } catch (IOException | UncheckedIOException e) {
      return fail(err, e.getMessage(), BAD_INPUT);
    } catch (OutOfMemoryError e) {
      return fail(
          err,
          "out of memory at "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB; give Java more with JDK_JAVA_OPTIONS=-Xmx16g",
          BAD_INPUT);
    } catch (RuntimeException | Error e) {
      StackTraceElement[] trace = e.getStackTrace();
      String where = trace.length == 0 ? "" : " at " + trace[0];
      return fail(err, "a defect of weft, please report it: " + e + where, DEFECT);
    }
  }

  private static int fail(PrintStream err, String message, int status) {
    err.println("weft: " + oneLine(String.valueOf(message)));
    return status;
  }

  /** Messages may quote names from files, which may hold anything. */
  static String oneLine(String message) {
    StringBuilder line = new StringBuilder(message.length());
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? ' ' : c);
    }
    return line.toString();
  }

  private static int dispatch(String[] args, InputStream in, PrintStream out, PrintStream err)
      throws ParseException, IOException {
    String command = args.length == 0 ? "" : args[0];
    String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
    switch (command) {
      case "run":
        return new RunCommand(in, out, err).run(rest);
      case "verify":
        return new VerifyCommand(in, out, err).run(rest);
      case "compile":
        return new CompileCommand(in, out, err).run(rest);
      case "bench":
        return new BenchCommand(out, err).run(rest);
      case "bitstream":
        return new BitstreamCommand(out, err).run(rest);
      case "device":
        return new DeviceCommand(out).run(rest);
      case "disasm":
        return new DisasmCommand(out).run(rest);
      case "rtl":
        return new RtlCommand(out).run(rest);
      case "exec":
        return new ExecCommand(in, out).run(rest);
      case "version", "--version", "-V":
        checkWords("version", rest, 0);
        out.println("weft " + version());
        return DONE;
      case "help", "--help", "-h":
        checkWords("help", rest, 1);
        if (rest.length == 0 || rest[0].equals("help") || rest[0].equals("version")) {
          out.print(USAGE);
          return DONE;
        }
        return dispatch(new String[] {rest[0], "--help"}, in, out, err);
      case "":
        err.print(USAGE);
        return BAD_INPUT;
      default:
        throw new InputException("no command " + command + "; there are " + COMMANDS);
    }
  }

  private static void checkWords(String command, String[] words, int most) {
    if (words.length > most) {
      throw new InputException("weft " + command + ": leave out " + words[most]);
    }
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not installed)" : version;
  }
}
