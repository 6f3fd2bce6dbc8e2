// A server herd in Node.js: sockets of node:net, bytes parsed where they came in, no strings but those that are kept.
//
//     node herd.mjs NAME LINE_PORT PEER_PORT [NEIGHBOUR=PEER_PORT]...
//
// Clients speak the line protocol (docs/protocol.md) without places. Neighbours keep one connection, which the smaller
// name dials: its first line is the dialling server's name, all others are AT lines.

import net from 'node:net';

const [LF, SPACE, PLUS, MINUS, DOT, ZERO] = [10, 32, 43, 45, 46, 48];
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
let [nowSeconds, nowNanoseconds] = [0, 0];

// Where the parser is, and what it found last: plain variables are what V8 handles fastest.
let at = 0;
let [clientStart, clientEnd, locationStart, locationEnd, timeStart, timeEnd, seconds, nanoseconds] = [0, 0, 0, 0, 0, 0, 0, 0];

const isWhite = (byte) => byte === SPACE || (byte >= 9 && byte <= 13);
const isDigit = (byte) => byte >= ZERO && byte <= 57;

/// Finds the next field of the line that ends at `end`: it begins where this returns and ends at `at`.
function takeField(bytes, end) {
  while (at < end && isWhite(bytes[at])) ++at;
  const start = at;
  while (at < end && !isWhite(bytes[at])) ++at;
  return start;
}

/// Takes a sign, digits and perhaps a fraction off bytes[at...]; false unless the number is at most `degreesMax`.
function takeDegrees(bytes, end, degreesMax) {
  if (bytes[at] !== PLUS && bytes[at] !== MINUS) return false;
  const start = ++at;
  let degrees = 0;
  while (at < end && isDigit(bytes[at])) degrees = degrees * 10 + bytes[at++] - ZERO;
  if (at === start || degrees > degreesMax) return false;
  if (at === end || bytes[at] !== DOT) return true;
  const fraction = ++at;
  let isWhole = true;
  while (at < end && isDigit(bytes[at])) if (bytes[at++] !== ZERO) isWhole = false;
  return at > fraction && (isWhole || degrees < degreesMax);
}

function parseLocation(bytes, start, end) {
  at = start;
  return takeDegrees(bytes, end, 90) && takeDegrees(bytes, end, 180) && at === end;
}

function parseTime(bytes, start, end) {
  at = start;
  seconds = nanoseconds = 0;
  while (at < end && isDigit(bytes[at])) seconds = seconds * 10 + bytes[at++] - ZERO;
  if (at === start || seconds > 9_223_372_035) return false;
  if (at === end) return true;
  if (bytes[at++] !== DOT) return false;
  for (let scale = 100_000_000; at < end && isDigit(bytes[at]); scale = Math.floor(scale / 10)) {
    nanoseconds += scale * (bytes[at++] - ZERO);
  }
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
  let digits = 1;
  for (let power = 10; whole >= power; power *= 10) ++digits;
  for (let i = batch.length + digits; i-- > batch.length; whole = Math.floor(whole / 10)) bytes[i] = ZERO + (whole % 10);
  batch.length += digits;
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
  at = start;
  const command = takeField(bytes, end);
  const commandEnd = at;
  if (command === end) return;
  clientStart = takeField(bytes, end);
  clientEnd = at;
  locationStart = takeField(bytes, end);
  locationEnd = at;
  timeStart = takeField(bytes, end);
  timeEnd = at;
  const isWhole = timeStart < end && clientEnd - clientStart <= 4096 && takeField(bytes, end) === end;
  const isIamat = commandEnd - command === 5 && bytes[command] === 73 && bytes.latin1Slice(command, commandEnd) === 'IAMAT';
  if (isWhole && isIamat) {
    if (parseLocation(bytes, locationStart, locationEnd) && parseTime(bytes, timeStart, timeEnd)) {
      const line = replies.length;
      replies.append(greeting, 0, greeting.length);
      appendDifference(replies);
      replies.bytes[replies.length++] = SPACE;
      replies.append(bytes, clientStart, clientEnd);
      replies.bytes[replies.length++] = SPACE;
      replies.append(bytes, locationStart, locationEnd);
      replies.bytes[replies.length++] = SPACE;
      replies.append(bytes, timeStart, timeEnd);
      replies.bytes[replies.length++] = LF;
      keep(bytes.latin1Slice(clientStart, clientEnd), replies.bytes, line, replies.length, fromClients);
      return;
    }
  } else if (isWhole && bytes.latin1Slice(command, commandEnd) === 'WHATSAT') {
    const radius = bytes.latin1Slice(locationStart, locationEnd);
    const bound = bytes.latin1Slice(timeStart, timeEnd);
    const record = records.get(bytes.latin1Slice(clientStart, clientEnd));
    if (record && /^0*([1-4]?\d(\.\d+)?|50(\.0+)?)$/.test(radius) && /^0*(1?\d|20)$/.test(bound)) {
      replies.text(record.line);
      replies.text(noPlaces);
      return;
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
    at = start + 3;
    while (bytes[at] !== SPACE) ++at;
    ++at;
    while (bytes[at] !== SPACE) ++at;
    clientStart = ++at;
    while (bytes[at] !== SPACE) ++at;
    clientEnd = at++;
    while (bytes[at] !== SPACE) ++at;
    parseTime(bytes, at + 1, end);
    keep(bytes.latin1Slice(clientStart, clientEnd), bytes, start, end + 1, this.fresh);
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
