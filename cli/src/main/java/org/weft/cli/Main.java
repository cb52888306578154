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
import org.apache.commons.cli.ParseException;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;

/**
 * The command. Exit status: 0 done, 1 a difference or a refused program, 2 bad usage or malformed
 * input, 3 a defect of weft itself.
 */
public final class Main {
  private static final int DONE = 0;
  private static final int REFUSED = 1;
  private static final int BAD_INPUT = 2;
  private static final int DEFECT = 3;

  private static final String USAGE =
      """
      usage: weft COMMAND ...

        weft run      PROG.o|IMAGE --pcap IN [options]   run a program on every packet of a trace
        weft verify   PROG.o --pcap IN [options]         run several engines and compare them
        weft compile  PROG.o [-o IMAGE] [options]        compile for a machine
        weft disasm   PROG.o|IMAGE                       print programs as text
        weft exec     [--engine ref|rows] [MEM]          run bare instructions, given in hex

      weft COMMAND --help lists the options of a command.
      """;

  private Main() {}

  /** Runs a command and leaves the virtual machine with its exit status. */
  public static void main(String[] args) {
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
            false,
            StandardCharsets.UTF_8);
    int status = run(args, System.in, out, System.err);
    out.flush();
    Runtime.getRuntime().halt(status);
  }

  /**
   * Runs a command.
   *
   * @return the exit status
   */
  public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
    try {
      return dispatch(args, in, out, err);
    } catch (RefusedException e) {
      return fail(err, e.getMessage(), REFUSED);
    } catch (InputException e) {
      return fail(err, e.getMessage(), BAD_INPUT);
    } catch (ParseException e) {
      return fail(
          err, e.getMessage() + "; weft " + args[0] + " --help lists the options", BAD_INPUT);
    } catch (IOException | UncheckedIOException e) {
      return fail(err, e.getMessage(), BAD_INPUT);
    } catch (OutOfMemoryError e) {
      return fail(err, "out of memory; give Java more with JAVA_TOOL_OPTIONS=-Xmx4g", BAD_INPUT);
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      StackTraceElement[] trace = e.getStackTrace();
      String where = trace.length == 0 ? "" : " at " + trace[0];
      return fail(err, "a defect of weft, please report it: " + e + where, DEFECT);
    }
  }

  private static int fail(PrintStream err, String message, int status) {
    err.println("weft: " + String.valueOf(message).replaceAll("\\s*\\R\\s*", " "));
    return status;
  }

  private static int dispatch(String[] args, InputStream in, PrintStream out, PrintStream err)
      throws ParseException, IOException {
    String command = args.length == 0 ? "" : args[0];
    String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
    return switch (command) {
      case "run" -> new RunCommand(out).run(rest);
      case "verify" -> new VerifyCommand(out, err).run(rest);
      case "compile" -> new CompileCommand(out).run(rest);
      case "disasm" -> new DisasmCommand(out).run(rest);
      case "exec" -> new ExecCommand(in, out).run(rest);
      case "help", "--help", "-h" -> {
        out.print(USAGE);
        yield DONE;
      }
      case "" -> {
        err.print(USAGE);
        yield BAD_INPUT;
      }
      default ->
          throw new InputException(
              "no command " + command + "; there are run, verify, compile, disasm, exec");
    };
  }
}
