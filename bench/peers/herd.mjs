// A server herd in Node.js: sockets of node:net, bytes parsed where they came in, no strings but those that are kept.
//
//     node herd.mjs NAME LINE_PORT PEER_PORT [NEIGHBOUR=PEER_PORT]...
//
// Clients speak the line protocol (docs/protocol.md) without places. Neighbours keep one connection, which the smaller
// name dials: its first line is the dialling server's name, all others are AT lines.

import net from 'node:net';

const [LF, SPACE, PLUS, MINUS, DOT, ZERO] = [10, 32, 43, 45, 46, 48];
const [IAMAT, WHATSAT] = ['IAMAT', 'WHATSAT'].map((word) => Buffer.from(word));
const isRadius = /^0*([1-4]?\d(\.\d+)?|50(\.0+)?)$/;
const isBound = /^0*(1?\d|20)$/;
const lineBytesMax = 65536;
const batchBytes = 262144;
const redialMs = 100;
const noPlaces = '{\n "html_attributions": [],\n "results": [],\n "status": "ZERO_RESULTS"\n}\n\n';

const [name, linePort, peerPort, ...neighbours] = process.argv.slice(2);
const greeting = Buffer.from(`AT ${name} `);

/// client -> {line, seconds, nanoseconds}: the newest report.
const records = new Map();
const links = new Set();

/// The socket is done with the bytes if the kernel took all of them at once; then they may be written anew.
const isDone = (socket) => socket.writableLength === 0;

/// Bytes that grow while a turn of the event loop goes on.
class Batch {
  bytes = Buffer.allocUnsafe(2 * batchBytes);
  length = 0;

  /// Copies the range. A loop beats a native call for the few dozen bytes that a field has.
  append(from, start, end) {
    const { bytes } = this;
    let { length } = this;
    while (start < end) bytes[length++] = from[start++];
    this.length = length;
  }

  field(from, start, end) {
    this.bytes[this.length++] = SPACE;
    this.append(from, start, end);
  }

  text(text) {
    this.length += this.bytes.latin1Write(text, this.length);
  }

  get written() {
    return this.bytes.subarray(0, this.length);
  }

  /// Begins anew, in other memory if the sockets still need this.
  clear(sockets) {
    if (!sockets.every(isDone)) this.bytes = Buffer.allocUnsafe(2 * batchBytes);
    this.length = 0;
  }
}

/// What was learned since the last flush from one link, or from clients: its lines and its records.
class Fresh {
  batch = new Batch();
  records = [];

  constructor(teacher) {
    this.teacher = teacher;
  }

  add(record, from, start, end) {
    if (this.records.length === 0) setImmediate(() => this.flush()); // runs when all sockets that are ready were read
    this.records.push(record);
    this.batch.append(from, start, end);
    if (this.batch.length > batchBytes) this.flush();
  }

  flush() {
    if (this.records.length === 0) return;
    const others = [...links].filter((link) => link !== this.teacher);
    for (const link of others) link.send(this.batch.written, this.records);
    this.batch.clear(others.map((link) => link.socket));
    this.records = [];
  }
}

const fromClients = new Fresh(null);
const replies = new Batch();

// The time that was parsed last, and that of the clock.
let [seconds, nanoseconds] = [0, 0];
let [nowSeconds, nowNanoseconds] = [0, 0];

const isWhite = (byte) => byte === SPACE || (byte >= 9 && byte <= 13);
const isDigit = (byte) => byte >= ZERO && byte <= 57;

/// Where the next field begins, and where the field that begins at `at` ends.
function fieldStart(bytes, at, end) {
  while (at < end && isWhite(bytes[at])) ++at;
  return at;
}

function fieldEnd(bytes, at, end) {
  while (at < end && !isWhite(bytes[at])) ++at;
  return at;
}

function isWord(bytes, start, end, word) {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; ++i) if (bytes[start + i] !== word[i]) return false;
  return true;
}

/// Where the sign, digits and perhaps fraction end that begin at `at`; `end` + 1 unless they are at most `degreesMax`.
function skipDegrees(bytes, at, end, degreesMax) {
  if (at >= end || (bytes[at] !== PLUS && bytes[at] !== MINUS)) return end + 1;
  const start = ++at;
  let degrees = 0;
  while (at < end && isDigit(bytes[at])) degrees = Math.min(degrees * 10 + bytes[at++] - ZERO, 1000);
  if (at === start || degrees > degreesMax) return end + 1;
  if (at === end || bytes[at] !== DOT) return at;
  const fraction = ++at;
  let isWhole = true;
  while (at < end && isDigit(bytes[at])) if (bytes[at++] !== ZERO) isWhole = false;
  return at > fraction && (isWhole || degrees < degreesMax) ? at : end + 1;
}

const isLocation = (bytes, start, end) => skipDegrees(bytes, skipDegrees(bytes, start, end, 90), end, 180) === end;

function parseTime(bytes, start, end) {
  let at = start;
  let whole = 0;
  while (at < end && isDigit(bytes[at])) whole = whole * 10 + bytes[at++] - ZERO;
  if (at === start || whole > 9_223_372_035) return false;
  let fraction = 0;
  if (at < end) {
    if (bytes[at++] !== DOT) return false;
    for (let i = 0; i < 9; ++i) fraction = fraction * 10 + (at < end && isDigit(bytes[at]) ? bytes[at++] - ZERO : 0);
    while (at < end && isDigit(bytes[at])) ++at;
  }
  seconds = whole;
  nanoseconds = fraction;
  return at === end;
}

function readClock() {
  const microseconds = Math.round((performance.timeOrigin + performance.now()) * 1000);
  nowSeconds = Math.floor(microseconds / 1_000_000);
  nowNanoseconds = (microseconds % 1_000_000) * 1000;
}

/// Appends the clock minus the report's time, with its sign and nine digits.
function appendDifference(batch) {
  let whole = nowSeconds - seconds;
  let fraction = nowNanoseconds - nanoseconds;
  const isNegative = whole < 0 || (whole === 0 && fraction < 0);
  if (isNegative) [whole, fraction] = [-whole, -fraction];
  if (fraction < 0) [whole, fraction] = [whole - 1, fraction + 1_000_000_000];
  const { bytes } = batch;
  bytes[batch.length++] = isNegative ? MINUS : PLUS;
  if (whole > 0x7fffffff) {
    batch.text(String(whole));
  } else {
    let digits = 1;
    for (let power = 10; whole >= power; power *= 10) ++digits;
    for (let i = batch.length + digits; i-- > batch.length; whole = (whole / 10) | 0) bytes[i] = ZERO + (whole % 10);
    batch.length += digits;
  }
  bytes[batch.length++] = DOT;
  for (let i = batch.length + 9; i-- > batch.length; fraction = (fraction / 10) | 0) bytes[i] = ZERO + (fraction % 10);
  batch.length += 9;
}

/// Keeps the line in from[start, end) if it is newer than what is held. Of equal times the greater line is the newer,
/// the same at all servers; a client's repetition, though, is no change.
function keep(client, from, start, end, fresh) {
  let record = records.get(client);
  if (record === undefined) {
    record = { line: from.latin1Slice(start, end), seconds, nanoseconds };
    records.set(client, record);
  } else {
    if (seconds < record.seconds || (seconds === record.seconds && nanoseconds < record.nanoseconds)) return;
    const line = from.latin1Slice(start, end);
    if (seconds === record.seconds && nanoseconds === record.nanoseconds) {
      if (line <= record.line || (fresh === fromClients && reported(line) === reported(record.line))) return;
    }
    record.line = line;
    record.seconds = seconds;
    record.nanoseconds = nanoseconds;
  }
  fresh.add(record, from, start, end);
}

const reported = (line) => line.split(' ').slice(3).join(' ');

/// Appends the reply to the line bytes[start, end) to `replies`.
function answer(bytes, start, end) {
  const command = fieldStart(bytes, start, end);
  if (command === end) return;
  const commandEnd = fieldEnd(bytes, command, end);
  const client = fieldStart(bytes, commandEnd, end);
  const clientEnd = fieldEnd(bytes, client, end);
  const place = fieldStart(bytes, clientEnd, end); // or the radius
  const placeEnd = fieldEnd(bytes, place, end);
  const time = fieldStart(bytes, placeEnd, end); // or the bound
  const timeEnd = fieldEnd(bytes, time, end);
  if (time < end && fieldStart(bytes, timeEnd, end) === end) {
    if (isWord(bytes, command, commandEnd, IAMAT)) {
      if (clientEnd - client <= 4096 && isLocation(bytes, place, placeEnd) && parseTime(bytes, time, timeEnd)) {
        const line = replies.length;
        replies.append(greeting, 0, greeting.length);
        appendDifference(replies);
        replies.field(bytes, client, clientEnd);
        replies.field(bytes, place, placeEnd);
        replies.field(bytes, time, timeEnd);
        replies.bytes[replies.length++] = LF;
        keep(bytes.latin1Slice(client, clientEnd), replies.bytes, line, replies.length, fromClients);
        return;
      }
    } else if (isWord(bytes, command, commandEnd, WHATSAT)) {
      const record = records.get(bytes.latin1Slice(client, clientEnd));
      if (record && isRadius.test(bytes.latin1Slice(place, placeEnd)) && isBound.test(bytes.latin1Slice(time, timeEnd))) {
        replies.text(record.line);
        replies.text(noPlaces);
        return;
      }
    }
  }
  while (isWhite(bytes[end - 1])) --end;
  replies.text('? ');
  replies.append(bytes, command, end);
  replies.bytes[replies.length++] = LF;
}

/// Calls onLine(bytes, start, end) for every line of what was left before and what has come, and returns what is left now.
function eachLine(rest, chunk, onLine) {
  const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  let start = 0;
  for (let end = rest.length; end < bytes.length; ++end) {
    if (bytes[end] !== LF) continue;
    onLine(bytes, start, end);
    start = end + 1;
  }
  return bytes.subarray(start);
}

function serveClient(socket) {
  let rest = Buffer.alloc(0);

  const write = () => {
    if (replies.length === 0) return;
    if (!socket.write(replies.written)) socket.pause();
    replies.clear([socket]);
  };
  const onLine = (bytes, start, end) => {
    answer(bytes, start, end);
    if (replies.length > batchBytes) write();
  };
  socket.on('data', (chunk) => {
    readClock();
    rest = eachLine(rest, chunk, onLine);
    write();
    if (rest.length > lineBytesMax) socket.end(`? ${rest.latin1Slice(0, 64)}\n`, 'latin1');
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => {
    readClock();
    answer(rest, 0, rest.length);
    write();
    socket.end();
  });
  socket.on('error', () => socket.destroy());
}

/// A connection to a neighbour. While its socket is full it remembers only whose records wait.
class Link {
  isFull = false;
  waiting = new Set();
  fresh = new Fresh(this);

  constructor(socket, neighbour) {
    this.socket = socket;
    this.neighbour = neighbour;
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => (rest = eachLine(rest, chunk, (...line) => this.learn(...line))));
    socket.on('drain', () => this.drain());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => links.delete(this));
    if (neighbour) this.begin();
  }

  begin() {
    for (const link of links) if (link.neighbour === this.neighbour) link.socket.destroy();
    links.add(this);
    this.waiting = new Set(records.values());
    this.drain();
  }

  learn(bytes, start, end) {
    if (!this.neighbour) {
      this.neighbour = bytes.latin1Slice(start, end);
      return this.begin();
    }
    const client = fieldStart(bytes, fieldEnd(bytes, fieldEnd(bytes, start + 3, end) + 1, end), end);
    const clientEnd = fieldEnd(bytes, client, end);
    parseTime(bytes, fieldEnd(bytes, clientEnd + 1, end) + 1, end);
    keep(bytes.latin1Slice(client, clientEnd), bytes, start, end + 1, this.fresh);
  }

  send(lines, changed) {
    if (this.isFull) for (const record of changed) this.waiting.add(record);
    else this.isFull = !this.socket.write(lines);
  }

  drain() {
    this.isFull = false;
    while (this.waiting.size > 0 && !this.isFull) {
      let lines = '';
      for (const record of this.waiting) {
        this.waiting.delete(record);
        lines += record.line;
        if (lines.length > lineBytesMax) break;
      }
      this.isFull = !this.socket.write(lines, 'latin1');
    }
  }
}

function dial(neighbour, port) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, writableHighWaterMark: batchBytes });
  socket.on('connect', () => {
    socket.write(`${name}\n`);
    new Link(socket, neighbour);
  });
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(dial, redialMs, neighbour, port));
}

const options = { allowHalfOpen: true, noDelay: true, highWaterMark: batchBytes };
net.createServer(options, serveClient).listen({ port: Number(linePort), host: '127.0.0.1', backlog: 4096 });
net.createServer({ noDelay: true, highWaterMark: batchBytes }, (socket) => new Link(socket)).listen(Number(peerPort), '127.0.0.1');
for (const [neighbour, port] of neighbours.map((text) => text.split('='))) if (neighbour > name) dial(neighbour, Number(port));
