import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * A server herd in Java: one thread, one NIO selector, bytes all the way and no object per report that is not kept.
 *
 * <pre>java Herd.java NAME LINE_PORT PEER_PORT [NEIGHBOUR=PEER_PORT]...</pre>
 *
 * Clients speak the line protocol (docs/protocol.md) without places. Neighbours keep one connection, which the smaller
 * name dials: its first line is the dialling server's name, all others are AT lines.
 */
public final class Herd {
  static final int LINE_BYTES_MAX = 65536;
  static final int BUFFER_BYTES = 262144;
  static final long REDIAL_NS = 100_000_000;
  static final byte[] NO_PLACES =
      "{\n \"html_attributions\": [],\n \"results\": [],\n \"status\": \"ZERO_RESULTS\"\n}\n\n".getBytes(ISO_8859_1);

  final String name;
  final byte[] greeting;
  final Selector selector = Selector.open();
  final HashMap<Record, Record> records = new HashMap<>();
  final List<Link> links = new ArrayList<>();
  final List<Neighbour> dialled = new ArrayList<>();
  final ByteBuffer input = ByteBuffer.allocate(BUFFER_BYTES + LINE_BYTES_MAX);
  final Text replies = new Text();
  final Command command = new Command();
  long now;

  /** The newest report of a client: its AT line. It is its own key, equal to all records of that client. */
  static final class Record {
    byte[] line;
    int length;
    int client;
    int clientLength;
    int hash;
    long time;
    int waiting; // a bit for each link that has yet to send it

    void find(byte[] bytes, int start, int end) {
      line = bytes;
      client = start;
      clientLength = end - start;
      int sum = 0;
      for (int i = start; i < end; ++i) sum = 31 * sum + bytes[i];
      hash = sum;
    }

    void set(byte[] bytes, int start, int end, Record found, long newTime) {
      if (line == null || line.length != end - start) line = new byte[end - start];
      System.arraycopy(bytes, start, line, 0, end - start);
      length = end - start;
      client = found.client - start;
      clientLength = found.clientLength;
      hash = found.hash;
      time = newTime;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object object) {
      final Record other = (Record) object;
      return Arrays.equals(line, client, client + clientLength, other.line, other.client, other.client + other.clientLength);
    }
  }

  /** Bytes that grow and are written again from the beginning. */
  static final class Text {
    byte[] bytes = new byte[4 * BUFFER_BYTES];
    int length;

    void add(int c) {
      bytes[length++] = (byte) c;
    }

    void add(byte[] from, int start, int end) {
      System.arraycopy(from, start, bytes, length, end - start);
      length += end - start;
    }

    /** A time with its sign and nine digits of a second. */
    void addDifference(long difference) {
      add(difference < 0 ? '-' : '+');
      long rest = Math.abs(difference);
      int digits = 10;
      for (long power = 10_000_000_000L; rest >= power && digits < 19; power *= 10) ++digits;
      length += digits + 1;
      int at = length;
      for (int i = 0; i < digits; ++i, rest /= 10) {
        if (i == 9) bytes[--at] = '.';
        bytes[--at] = (byte) ('0' + rest % 10);
      }
    }
  }

  /** The fields of a line. They are found in place; nothing is made. */
  static final class Command {
    byte[] bytes;
    int at;
    int end;
    final int[] starts = new int[4];
    final int[] ends = new int[4];
    int count; // of fields; 5 stands for more than 4
    long time;

    void split(byte[] line, int start, int lineEnd) {
      bytes = line;
      at = start;
      end = lineEnd;
      for (count = 0; count < 5; ++count) {
        while (at < end && isWhite(bytes[at])) ++at;
        if (at == end) return;
        if (count < 4) starts[count] = at;
        while (at < end && !isWhite(bytes[at])) ++at;
        if (count < 4) ends[count] = at;
      }
    }

    boolean is(String name) {
      final int start = starts[0];
      if (count != 4 || ends[0] - start != name.length()) return false;
      for (int i = 0; i < name.length(); ++i) if (bytes[start + i] != name.charAt(i)) return false;
      return true;
    }

    String text(int field) {
      return new String(bytes, starts[field], ends[field] - starts[field], ISO_8859_1);
    }

    boolean isReport() {
      return is("IAMAT") && ends[1] - starts[1] <= 4096 && isLocation() && isTime(starts[3], ends[3]);
    }

    boolean isLocation() {
      at = starts[2];
      end = ends[2];
      return takeDegrees(90) && takeDegrees(180) && at == end;
    }

    private boolean takeDegrees(int max) {
      if (at == end || (bytes[at] != '+' && bytes[at] != '-')) return false;
      final int start = ++at;
      int degrees = 0;
      for (; at < end && isDigit(bytes[at]); ++at) degrees = Math.min(degrees * 10 + bytes[at] - '0', 1000);
      if (at == start || degrees > max) return false;
      if (at == end || bytes[at] != '.') return true;
      final int fraction = ++at;
      boolean isWhole = true;
      for (; at < end && isDigit(bytes[at]); ++at) isWhole &= bytes[at] == '0';
      return at > fraction && (isWhole || degrees < max);
    }

    /** Whether the bytes are a time; `time` is that in nanoseconds. */
    boolean isTime(int start, int stop) {
      int i = start;
      long seconds = 0;
      for (; i < stop && isDigit(bytes[i]); ++i) seconds = Math.min(seconds * 10 + bytes[i] - '0', 10_000_000_000L);
      if (i == start || seconds > 9_223_372_035L || (i < stop && bytes[i++] != '.')) return false;
      int nanoseconds = 0;
      for (int scale = 100_000_000; i < stop && isDigit(bytes[i]); ++i, scale /= 10) nanoseconds += scale * (bytes[i] - '0');
      time = seconds * 1_000_000_000 + nanoseconds;
      return i == stop;
    }

    static boolean isWhite(byte c) {
      return c == ' ' || (c >= 9 && c <= 13);
    }

    static boolean isDigit(byte c) {
      return c >= '0' && c <= '9';
    }
  }

  /** A connection that is read line by line. */
  abstract class Connection {
    final SocketChannel channel;
    final SelectionKey key;
    byte[] rest = {}; // of a line whose end has not come yet

    Connection(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    abstract void onLine(byte[] bytes, int start, int end) throws IOException;

    abstract void onEnd() throws IOException;

    abstract void afterLines() throws IOException;

    /** Sends what waits; selected for writing as long as something does. */
    abstract void flush() throws IOException;

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }

    void read() throws IOException {
      input.clear().put(rest);
      final int scanned = rest.length;
      if (channel.read(input) < 0) {
        onEnd();
        return;
      }
      final Instant clock = Instant.now();
      now = clock.getEpochSecond() * 1_000_000_000 + clock.getNano();
      final byte[] bytes = input.array();
      final int length = input.position();
      int start = 0;
      for (int i = scanned; i < length; ++i) {
        if (bytes[i] != '\n') continue;
        onLine(bytes, start, i);
        start = i + 1;
      }
      if (start < length || rest.length > 0) rest = Arrays.copyOfRange(bytes, start, length);
      afterLines();
    }
  }

  final class Client extends Connection {
    ByteBuffer unsent;
    boolean isEnding;

    Client(SocketChannel channel) throws IOException {
      super(channel);
    }

    @Override
    void onLine(byte[] bytes, int start, int end) {
      answer(bytes, start, end);
    }

    @Override
    void afterLines() throws IOException {
      if (rest.length >= LINE_BYTES_MAX) {
        replies.add('?');
        replies.add(' ');
        replies.add(rest, 0, 64);
        replies.add('\n');
        isEnding = true;
      }
      write();
    }

    @Override
    void onEnd() throws IOException {
      if (rest.length > 0) answer(rest, 0, rest.length);
      isEnding = true;
      write();
    }

    private void write() throws IOException {
      final ByteBuffer written = ByteBuffer.wrap(replies.bytes, 0, replies.length);
      if (replies.length > 0) channel.write(written);
      // A client that does not read its replies is not read from.
      unsent = written.hasRemaining() ? ByteBuffer.wrap(Arrays.copyOfRange(replies.bytes, written.position(), replies.length)) : null;
      replies.length = 0;
      if (unsent != null) key.interestOps(SelectionKey.OP_WRITE);
      else if (isEnding) close();
    }

    @Override
    void flush() throws IOException {
      channel.write(unsent);
      if (unsent.hasRemaining()) return;
      unsent = null;
      if (isEnding) close();
      else key.interestOps(SelectionKey.OP_READ);
    }
  }

  /** A connection to a neighbour. Records wait in it, each once and whatever its newest line is when its turn comes. */
  final class Link extends Connection {
    String neighbour;
    int bit;
    final ArrayDeque<Record> waiting = new ArrayDeque<>();
    final ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES).flip();

    Link(SocketChannel channel, String neighbour) throws IOException {
      super(channel);
      this.neighbour = neighbour;
      if (neighbour == null) return;
      out.clear().put((name + "\n").getBytes(ISO_8859_1)).flip();
      begin();
    }

    private void begin() throws IOException {
      for (final Link link : List.copyOf(links)) if (link.neighbour.equals(neighbour)) link.close();
      int taken = 0;
      for (final Link link : links) taken |= link.bit;
      bit = Integer.lowestOneBit(~taken);
      links.add(this);
      records.values().forEach(this::add);
      flush();
    }

    void add(Record record) {
      if ((record.waiting & bit) != 0) return;
      record.waiting |= bit;
      waiting.add(record);
    }

    @Override
    void onLine(byte[] bytes, int start, int end) throws IOException {
      if (neighbour == null) {
        neighbour = new String(bytes, start, end - start, ISO_8859_1);
        begin();
      } else {
        learn(bytes, start, end, this);
      }
    }

    @Override
    void afterLines() {}

    @Override
    void onEnd() {
      close();
    }

    @Override
    void flush() throws IOException {
      while (out.hasRemaining() || !waiting.isEmpty()) {
        out.compact();
        while (!waiting.isEmpty() && out.remaining() >= waiting.peek().length) {
          final Record record = waiting.poll();
          record.waiting &= ~bit;
          out.put(record.line, 0, record.length);
        }
        out.flip();
        channel.write(out);
        if (out.hasRemaining()) break;
      }
      key.interestOps(out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    @Override
    void close() {
      super.close();
      links.remove(this);
      for (final Record record : waiting) record.waiting &= ~bit;
      waiting.clear();
    }
  }

  /** A neighbour that we dial, again and again while there is no link. */
  final class Neighbour {
    final String neighbour;
    final InetSocketAddress address;
    long nextDial;
    SocketChannel channel;
    Link link;

    Neighbour(String neighbour, int port) {
      this.neighbour = neighbour;
      address = new InetSocketAddress("127.0.0.1", port);
    }

    void keep(long time) throws IOException {
      if (channel != null && channel.isOpen() || time < nextDial) return;
      nextDial = time + REDIAL_NS;
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_CONNECT, this);
      channel.connect(address);
    }

    void connected() {
      try {
        channel.finishConnect();
        new Link(channel, neighbour);
      } catch (IOException e) {
        try {
          channel.close();
        } catch (IOException ignored) {
          // Dialled again soon.
        }
      }
    }
  }

  /** Keeps the line if it is newer than what is held. Of equal times the greater line is the newer, at all servers. */
  private void keep(byte[] bytes, int start, int end, Record found, long time, Link teacher) {
    Record record = records.get(found);
    if (record != null) {
      if (time < record.time) return;
      if (time == record.time) {
        if (Arrays.compareUnsigned(bytes, start, end, record.line, 0, record.length) <= 0) return;
        // A client's repetition differs from what is held in the server and its clock only: no change.
        if (teacher == null && Arrays.equals(bytes, found.client, end, record.line, record.client, record.length)) return;
      }
      record.set(bytes, start, end, found, time);
    } else {
      record = new Record();
      record.set(bytes, start, end, found, time);
      records.put(record, record);
    }
    for (int i = 0; i < links.size(); ++i) if (links.get(i) != teacher) links.get(i).add(record);
  }

  private final Record found = new Record();

  private void learn(byte[] bytes, int start, int end, Link teacher) {
    int at = start;
    for (int spaces = 0; spaces < 3; ++at) if (bytes[at] == ' ') ++spaces;
    final int client = at;
    while (bytes[at] != ' ') ++at;
    found.find(bytes, client, at);
    ++at;
    while (bytes[at] != ' ') ++at;
    command.bytes = bytes;
    command.isTime(at + 1, end);
    keep(bytes, start, end + 1, found, command.time, teacher);
  }

  /** Appends the reply to the line to `replies`. */
  private void answer(byte[] bytes, int start, int end) {
    command.split(bytes, start, end);
    if (command.count == 0) return;
    if (replies.length > 3 * BUFFER_BYTES) replies.bytes = Arrays.copyOf(replies.bytes, replies.bytes.length + BUFFER_BYTES);
    if (command.isReport()) {
      final int line = replies.length;
      replies.add(greeting, 0, greeting.length);
      replies.addDifference(now - command.time);
      for (int field = 1; field < 4; ++field) {
        replies.add(' ');
        replies.add(bytes, command.starts[field], command.ends[field]);
      }
      replies.add('\n');
      final int client = replies.length - (command.ends[3] - command.starts[3]) - (command.ends[2] - command.starts[2])
          - (command.ends[1] - command.starts[1]) - 3;
      found.find(replies.bytes, client, client + command.ends[1] - command.starts[1]);
      keep(replies.bytes, line, replies.length, found, command.time, null);
      return;
    }
    if (command.is("WHATSAT") && command.text(2).matches("0*([1-4]?\\d(\\.\\d+)?|50(\\.0+)?)")
        && command.text(3).matches("0*(1?\\d|20)")) {
      found.find(bytes, command.starts[1], command.ends[1]);
      final Record record = records.get(found);
      if (record != null) {
        replies.add(record.line, 0, record.length);
        replies.add(NO_PLACES, 0, NO_PLACES.length);
        return;
      }
    }
    int first = start;
    int last = end;
    while (Command.isWhite(bytes[first])) ++first;
    while (Command.isWhite(bytes[last - 1])) --last;
    replies.add('?');
    replies.add(' ');
    replies.add(bytes, first, last);
    replies.add('\n');
  }

  private void listen(int port, boolean forClients) throws IOException {
    final ServerSocketChannel channel = ServerSocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.bind(new InetSocketAddress("127.0.0.1", port), 4096);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_ACCEPT, forClients);
  }

  private void handle(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        final SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
        if (channel == null) return;
        if ((Boolean) key.attachment()) new Client(channel);
        else new Link(channel, null);
      } else if (key.isConnectable()) {
        ((Neighbour) key.attachment()).connected();
      } else {
        final Connection connection = (Connection) key.attachment();
        if (key.isWritable()) connection.flush();
        if (key.isValid() && key.isReadable()) connection.read();
      }
    } catch (IOException | CancelledKeyException e) {
      if (key.attachment() instanceof Connection connection) connection.close();
    }
  }

  private void run() throws IOException {
    while (true) {
      final long time = System.nanoTime();
      for (final Neighbour neighbour : dialled) neighbour.keep(time);
      selector.select(this::handle, REDIAL_NS / 1_000_000);
      // What a turn brought leaves in one write for each link.
      for (int i = links.size(); i-- > 0;) {
        final Link link = links.get(i);
        try {
          if (!link.waiting.isEmpty() && !link.out.hasRemaining()) link.flush();
        } catch (IOException e) {
          link.close();
        }
      }
    }
  }

  Herd(String name) throws IOException {
    this.name = name;
    greeting = ("AT " + name + " ").getBytes(ISO_8859_1);
  }

  public static void main(String[] arguments) throws IOException {
    final Herd herd = new Herd(arguments[0]);
    herd.listen(Integer.parseInt(arguments[1]), true);
    herd.listen(Integer.parseInt(arguments[2]), false);
    for (int i = 3; i < arguments.length; ++i) {
      final String[] neighbour = arguments[i].split("=");
      if (neighbour[0].compareTo(herd.name) > 0) herd.dialled.add(herd.new Neighbour(neighbour[0], Integer.parseInt(neighbour[1])));
    }
    herd.run();
  }
}
