package dev.codeintel.repo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A folder as a descriptor of Linux, opened for its place alone ({@code O_PATH}): opening so waits
 * on no pipe and stirs no device, whatever a path turns out to name. Only when it is known that the
 * descriptor is a folder or a regular file, that very thing is opened, as an entry of {@code
 * /proc/self/fd}.
 */
final class DescriptorFolder implements OpenFolder {

  private static final String ARCHITECTURE = System.getProperty("os.arch");
  private static final boolean ARM = ARCHITECTURE.equals("aarch64");
  private static final String DESCRIPTORS = "/proc/self/fd/";

  /**
   * Whether this system has what this needs, and Java writes names as UTF-8, too; elsewhere {@link
   * StreamFolder} is taken.
   */
  static final boolean AVAILABLE =
      System.getProperty("os.name").equals("Linux")
          && "UTF-8".equals(System.getProperty("sun.jnu.encoding"))
          && (ARM || ARCHITECTURE.equals("amd64"))
          && Linker.nativeLinker().defaultLookup().find("statx").isPresent()
          && Files.isDirectory(Path.of(DESCRIPTORS));

  private static final int O_PATH = 010_000_000;
  private static final int O_CLOEXEC = 02_000_000;
  private static final int O_DIRECTORY = ARM ? 040_000 : 0200_000;
  private static final int O_NOFOLLOW = ARM ? 0100_000 : 0400_000;
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EMPTY_PATH = 0x1000;

  private static final int ENOENT = 2;
  private static final int EACCES = 13;
  private static final int ENOTDIR = 20;

  /** What every call of the system refuses. */
  private static final int CLOSED = -1;

  private final String name;
  private int descriptor;

  private DescriptorFolder(int descriptor, String name) {
    this.descriptor = descriptor;
    this.name = name;
  }

  static DescriptorFolder at(Path folder) throws IOException {
    return opened(AT_FDCWD, folder.toString());
  }

  private static DescriptorFolder opened(int above, String name) throws IOException {
    return new DescriptorFolder(Calls.open(above, name, O_DIRECTORY), name);
  }

  @Override
  public BasicFileAttributes attributes() throws IOException {
    return Calls.stat(descriptor, "", AT_EMPTY_PATH);
  }

  @Override
  public BasicFileAttributes attributes(String name) throws IOException {
    return Calls.stat(descriptor, name, AT_SYMLINK_NOFOLLOW);
  }

  @Override
  public OpenFolder folder(String name) throws IOException {
    return opened(descriptor, name);
  }

  @Override
  public OpenedFile file(String name, String path) throws IOException {
    var file = Calls.open(descriptor, name, 0);
    try {
      var attributes = Calls.stat(file, "", AT_EMPTY_PATH);
      if (!attributes.isRegularFile()) {
        throw new NotRegular(name, attributes);
      }
      var channel = Files.newByteChannel(path(file), StandardOpenOption.READ);
      return new OpenedFile(path, attributes, channel);
    } finally {
      Calls.close(file);
    }
  }

  @Override
  public void forEachEntry(Consumer<Path> visitor) throws IOException {
    try (var entries = Files.newDirectoryStream(path(descriptor))) {
      entries.forEach(visitor);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** May be called twice: the number may be that of another file by then. */
  @Override
  public void close() {
    if (descriptor != CLOSED) {
      Calls.close(descriptor);
      descriptor = CLOSED;
    }
  }

  @Override
  public String toString() {
    return name;
  }

  private static Path path(int descriptor) {
    return Path.of(DESCRIPTORS + descriptor);
  }

  /**
   * What the kernel tells of a file; all but the times of its making and last use.
   *
   * @param mode its kind and its permissions
   */
  private record Attributes(int mode, long size, FileTime lastModifiedTime, Object fileKey)
      implements BasicFileAttributes {

    private static final int KIND = 0170000;
    private static final int FOLDER = 0040000;
    private static final int FILE = 0100000;
    private static final int LINK = 0120000;

    @Override
    public boolean isRegularFile() {
      return (mode & KIND) == FILE;
    }

    @Override
    public boolean isDirectory() {
      return (mode & KIND) == FOLDER;
    }

    @Override
    public boolean isSymbolicLink() {
      return (mode & KIND) == LINK;
    }

    @Override
    public boolean isOther() {
      return !isRegularFile() && !isDirectory() && !isSymbolicLink();
    }

    @Override
    public FileTime lastAccessTime() {
      return lastModifiedTime;
    }

    @Override
    public FileTime creationTime() {
      return lastModifiedTime;
    }
  }

  /**
   * Names a file as long as it is there.
   *
   * @param device major and minor number
   */
  private record Key(long device, long inode) {}

  /** The calls themselves; linked at the first one. */
  private static final class Calls {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MethodHandle OPENAT =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("openat"),
            FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT),
            Linker.Option.firstVariadicArg(3),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle STATX =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("statx"),
            FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT, INT, ValueLayout.ADDRESS),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle CLOSE =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(INT, INT));

    /** struct statx is the same on every processor. */
    private static final int STATX_BYTES = 256;

    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int MODE = 28;
    private static final int INODE = 32;
    private static final int SIZE = 40;
    private static final int MODIFIED_SECONDS = 112;
    private static final int MODIFIED_NANOS = 120;
    private static final int DEVICE = 136;

    /** Where a thread puts what it tells and is told; a listing makes some 100,000 calls. */
    private static final ThreadLocal<Room> ROOM = ThreadLocal.withInitial(Room::new);

    private Calls() {}

    private static final class Room {

      private static final int NAME_BYTES = 1_024;

      private final Arena arena = Arena.ofAuto();
      private final MemorySegment state = arena.allocate(STATE);
      private final MemorySegment found = arena.allocate(STATX_BYTES, Long.BYTES);
      private final MemorySegment name = arena.allocate(NAME_BYTES);

      MemorySegment path(String text) throws IOException {
        if (!isText(text)) {
          throw new NoSuchFileException(text); // it would be written as the name of another
        }
        if (text.length() * 3 >= NAME_BYTES) {
          return Arena.ofAuto().allocateFrom(text);
        }
        name.setString(0, text);
        return name;
      }

      /** Whether no half of a surrogate pair stands alone. */
      private static boolean isText(String name) {
        for (var i = 0; i < name.length(); i++) {
          var c = name.charAt(i);
          if (Character.isSurrogate(c)) {
            i++;
            if (i == name.length() || !Character.isSurrogatePair(c, name.charAt(i))) {
              return false;
            }
          }
        }
        return true;
      }
    }

    static int open(int above, String name, int flags) throws IOException {
      var room = ROOM.get();
      var path = room.path(name);
      int descriptor;
      try {
        var all = flags | O_PATH | O_NOFOLLOW | O_CLOEXEC;
        descriptor = (int) OPENAT.invokeExact(room.state, above, path, all);
      } catch (Throwable e) {
        throw unchecked(e);
      }
      if (descriptor < 0) {
        throw failed("openat", name, room);
      }
      return descriptor;
    }

    static Attributes stat(int above, String name, int flags) throws IOException {
      var room = ROOM.get();
      var path = room.path(name);
      int result;
      try {
        result =
            (int) STATX.invokeExact(room.state, above, path, flags, STATX_BASIC_STATS, room.found);
      } catch (Throwable e) {
        throw unchecked(e);
      }
      if (result != 0) {
        throw failed("statx", name, room);
      }
      var found = room.found;
      var modified =
          TimeUnit.SECONDS.toNanos(found.get(LONG, MODIFIED_SECONDS))
              + found.get(INT, MODIFIED_NANOS);
      return new Attributes(
          found.get(ValueLayout.JAVA_SHORT, MODE) & 0xFFFF,
          found.get(LONG, SIZE),
          FileTime.from(modified, TimeUnit.NANOSECONDS),
          new Key(found.get(LONG, DEVICE), found.get(LONG, INODE)));
    }

    /** Of a descriptor that nothing was written to there is no error that matters. */
    static void close(int descriptor) {
      try {
        var _ = (int) CLOSE.invokeExact(descriptor);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }

    private static IOException failed(String call, String name, Room room) {
      var errno = (int) ERRNO.get(room.state, 0L);
      return switch (errno) {
        case ENOENT -> new NoSuchFileException(name);
        case EACCES -> new AccessDeniedException(name);
        case ENOTDIR -> new NotDirectoryException(name);
        default -> new FileSystemException(name, null, call + " failed with errno " + errno);
      };
    }

    private static RuntimeException unchecked(Throwable e) {
      return switch (e) {
        case RuntimeException unchecked -> unchecked;
        case Error error -> throw error;
        default -> new IllegalStateException("a native call throws nothing checked", e);
      };
    }
  }
}
