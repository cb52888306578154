package org.weft.compiler.check;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Sets of names that a register or a place on the stack is known to hold: sorted arrays. */
final class Contents {
  /** Nothing is known. */
  static final int[] NONE = {};

  private Contents() {}

  static boolean contains(int[] set, int name) {
    return Arrays.binarySearch(set, name) >= 0;
  }

  static int[] add(int[] set, int name) {
    int at = Arrays.binarySearch(set, name);
    if (at >= 0) {
      return set;
    }
    int[] more = new int[set.length + 1];
    int place = -at - 1;
    System.arraycopy(set, 0, more, 0, place);
    more[place] = name;
    System.arraycopy(set, place, more, place + 1, set.length - place);
    return more;
  }

  static int[] addAll(int[] set, int[] others) {
    if (set.length == 0) {
      return others;
    }
    int[] all = set;
    for (int other : others) {
      all = add(all, other);
    }
    return all;
  }

  static int[] keep(int[] set, IntPredicate kept) {
    int count = 0;
    for (int name : set) {
      count += kept.test(name) ? 1 : 0;
    }
    if (count == set.length) {
      return set;
    }
    int[] less = new int[count];
    int at = 0;
    for (int name : set) {
      if (kept.test(name)) {
        less[at++] = name;
      }
    }
    return less;
  }

  static int[] both(int[] a, int[] b) {
    return a == b ? a : keep(a, name -> contains(b, name));
  }
}
