package org.weft.cli;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.RowPrinter;

/** An image's rows as text, with entry points and where the rows come from. */
final class ImageListing {
  private ImageListing() {}

  static void print(ProgramImage image, PrintStream out) {
    out.println("; machine " + image.machine().name() + ", " + image.rows().size() + " rows");
    Map<Integer, ProgramImage.Origin> origins = new HashMap<>();
    image.debug().forEach(origin -> origins.putIfAbsent(origin.row(), origin));
    String last = "";
    for (int i = 0; i < image.rows().size(); i++) {
      for (ProgramImage.Entry entry : image.entries()) {
        if (entry.row() == i) {
          out.println(entry.program() + ":");
        }
      }
      ProgramImage.Origin origin = origins.get(i);
      if (origin != null && origin.line() > 0) {
        String line = "; " + origin.file() + ":" + origin.line();
        if (!line.equals(last)) {
          out.println(line);
        }
        last = line;
      }
      String number = Integer.toString(i);
      out.println(
          " ".repeat(Math.max(0, 6 - number.length()))
              + number
              + ": "
              + RowPrinter.print(image.rows().get(i)));
    }
  }
}
