package org.weft.sim.network;

import java.util.List;

/** Addresses in order, to be found without making objects. */
final class AddressIndex {
  private final long[] high;
  private final long[] low;

  /** An index of addresses that are {@link #sort sorted} and all different. */
  AddressIndex(List<Address> sorted) {
    high = sorted.stream().mapToLong(Address::high).toArray();
    low = sorted.stream().mapToLong(Address::low).toArray();
  }

  /** The order of the index. */
  static int sort(Address a, Address b) {
    int order = Long.compareUnsigned(a.high(), b.high());
    return order != 0 ? order : Long.compareUnsigned(a.low(), b.low());
  }

  /** The number of an address, or -1. */
  int find(long wantedHigh, long wantedLow) {
    int from = 0;
    int to = high.length - 1;
    while (from <= to) {
      int middle = from + to >>> 1;
      int order = Long.compareUnsigned(high[middle], wantedHigh);
      if (order == 0) {
        order = Long.compareUnsigned(low[middle], wantedLow);
      }
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        from = middle + 1;
      } else {
        to = middle - 1;
      }
    }
    return -1;
  }
}
