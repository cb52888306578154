package org.weft.sim.nic;

/**
 * A queue without allocation, of a capacity that its user never exceeds. Its items are a chain:
 * what is touched are they themselves, which whoever adds or removes them touches anyway.
 */
final class Fifo<T extends Queued> {
  private final int capacity;
  private int size;
  private T head;
  private T last;

  Fifo(int capacity) {
    this.capacity = capacity;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(T item) {
    if (size == capacity) {
      throw new IllegalStateException("queue of " + size + " overflows");
    }
    item.behind = null;
    if (size == 0) {
      head = item;
    } else {
      last.behind = item;
    }
    last = item;
    size++;
  }

  /** The first item, or null. */
  T head() {
    return head;
  }

  @SuppressWarnings("unchecked") // Only what was added is behind what was added.
  T remove() {
    T item = head;
    head = (T) item.behind;
    size--;
    return item;
  }
}
