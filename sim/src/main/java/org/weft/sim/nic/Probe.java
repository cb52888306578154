package org.weft.sim.nic;

/** A search for a prefix of one length, for a lookup in a trie. */
final class Probe extends Lookup {
  final Request call;

  /** Bits of the prefix; negative if there is no length that occurs. */
  final int length;

  /** Whether no shorter prefix is tried if there is none of this length. */
  final boolean last;

  /** Whether the lookup is answered with it. */
  boolean answers;

  Probe(Request call, int length, boolean last) {
    this.call = call;
    this.length = length;
    this.last = last;
  }

  /** The search happens, if none before it has found anything. */
  void perform() {
    if (call.isDecided) {
      return;
    }
    int found = length < 0 ? Core.NONE : call.trie().probe(call.key(), length);
    again = length < 0 ? 0 : call.falseMatches();
    answers = found >= 0 || last;
    if (answers) {
      call.isDecided = true;
      call.trie().decide(found);
      call.perform();
    }
  }
}
