package dev.codeintel.transport;

import java.io.IOException;
import java.io.OutputStream;

/** Writes to a file descriptor, unbuffered: one write of ours is one write(2). */
final class DescriptorOutput extends OutputStream {

  private final int descriptor;

  DescriptorOutput(int descriptor) {
    this.descriptor = descriptor;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Posix.write(descriptor, bytes, offset, length);
  }
}
