package org.weft.sim.nic;

/** A queue without allocation, of a capacity that its user never exceeds. */
final class Fifo<T> {
  private final Object[] items;
  private int first;
  private int size;

  /** The first item, or null: looked at in every clock, where the others are not. */
  private T head;

  Fifo(int capacity) {
    items = new Object[Integer.highestOneBit(Math.max(1, capacity - 1)) * 2];
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(T item) {
    if (size == items.length) {
      throw new IllegalStateException("queue of " + size + " overflows");
    }
    if (size == 0) {
      head = item;
    }
    items[first + size & items.length - 1] = item;
    size++;
  }

  @SuppressWarnings("unchecked")
  T get(int index) {
    return (T) items[first + index & items.length - 1];
  }

  /** The first item, or null. */
  T head() {
    return head;
  }

  void removeLast() {
    size--;
    head = size == 0 ? null : head;
  }

  T remove() {
    T item = head;
    first = first + 1 & items.length - 1;
    size--;
    head = size == 0 ? null : get(0);
    return item;
  }
}
