package org.weft.sim.nic;

import org.weft.isa.image.ProgramImage;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;

/** NICs that get packets whenever there is room; the first four bytes count them. */
final class Floods {
  private Floods() {}

  static Nic nic(ProgramImage image, int memoryLatency) {
    return new Nic(image, new NicOptions(memoryLatency, false), new EngineOptions(64, 0), source());
  }

  static Nic nic(ProgramImage image, EngineOptions options) {
    return new Nic(image, NicOptions.DEFAULT, options, source());
  }

  private static Source source() {
    return new Source() {
      private long number;

      @Override
      public Frame next(int port, long now, boolean hasRoom) {
        if (!hasRoom) {
          return null;
        }
        byte[] frame = new byte[64];
        frame[0] = (byte) number;
        frame[1] = (byte) (number >> 8);
        frame[6] = (byte) (number * 37);
        frame[7] = (byte) (number >> 3);
        number++;
        return new Frame(frame, 0);
      }

      @Override
      public PacketBuffer buffer(Packet packet) {
        PacketBuffer buffer = new PacketBuffer();
        buffer.number = packet.number();
        buffer.ingressIfindex = packet.port() + 1;
        buffer.receive(packet.frame().bytes(), 0, packet.bytes);
        return buffer;
      }

      @Override
      public void done(Packet packet) {
        if (packet.fault() != null) {
          throw packet.fault();
        }
      }
    };
  }

  static void run(Nic nic, int clocks) {
    for (int i = 0; i < clocks; i++) {
      nic.step();
    }
  }
}
