package org.weft.isa.xdp;

/** The verdicts of {@code enum xdp_action} in {@code linux/bpf.h}; the ordinal is the number. */
public enum XdpAction {
  ABORTED,
  DROP,
  PASS,
  TX,
  REDIRECT;

  private static final XdpAction[] ALL = values();

  /** The verdict a raw 32-bit r0 stands for; as in Linux, a value over 4 counts as ABORTED. */
  public static XdpAction of(int ret) {
    return ret >= 0 && ret < ALL.length ? ALL[ret] : ABORTED;
  }
}
