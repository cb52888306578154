package org.weft.compiler.object;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What was ignored and why, each once, and not without limit. */
final class Notes {
  private static final int MOST = 256;

  private final Set<String> notes = new LinkedHashSet<>();

  /** Adds a note unless there are too many already. */
  void add(Supplier<String> note) {
    if (notes.size() < MOST) {
      notes.add(note.get());
    } else {
      notes.add("there is more to note than this");
    }
  }

  List<String> lines() {
    return List.copyOf(notes);
  }
}
