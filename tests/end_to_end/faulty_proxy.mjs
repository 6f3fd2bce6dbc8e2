// A cable between two servers that can be made bad: a TCP proxy that the dialling one takes for its neighbour.
// Where a fault is random, a seed drives it.

import net from 'node:net';
import { randomFrom } from './random.mjs';

/// What each direction of a connection holds back before it stops reading, as the buffers of a network do.
const heldBytesMax = 64 * 1024;
const packetBytes = 1460;

const sound = {
  silent: false, // nothing arrives, and nobody is told
  silentAfterBytes: Infinity, // the same, once a connection has carried so much
  delayMs: 0,
  jitterMs: 0, // the delay is up to so much more or less; order is kept
  bytesPerSecond: Infinity,
  pieceBytes: Infinity, // bytes arrive in pieces of this size, each on its own
};

export class FaultyProxy {
  connections = 0; // that were carried through to the acceptor
  fellSilentAt = null; // when a connection first came to `silentAfterBytes`, on the clock of performance.now()
  bytes = {}; // that arrived, by who sent them
  #faults = {};
  #server = null;
  #open = new Set();
  #resets = null;

  /// `ends` names the two servers, the dialling one first; `port` is where the proxy listens, `target` where the other
  /// one does.
  constructor({ ends, port, target, seed = 1 }) {
    Object.assign(this, { ends, port, target });
    this.random = randomFrom(seed);
    for (const end of ends) {
      this.bytes[end] = 0;
      this.#faults[end] = { ...sound };
    }
  }

  /// The faults of what `end` sends.
  faultsFrom(end) {
    return this.#faults[end];
  }

  get carriesNothing() {
    return this.ends.some((end) => this.#faults[end].silent);
  }

  /// Whether the connection that was opened last has carried something in both directions.
  get hasSpoken() {
    return [...this.#open].at(-1)?.hasSpoken ?? false;
  }

  async start() {
    if (this.#server) return;
    const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server = server;
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  /// Silence in both directions: no end, no reset, and connections that are opened meanwhile hang.
  cut() {
    this.shape({ silent: true });
  }

  /// Such faults (see `sound`) from now on for what `from` sends; both ends without it.
  shape(faults, from = null) {
    for (const end of this.ends) if (from === null || end === from) Object.assign(this.#faults[end], faults);
    for (const connection of this.#open) connection.goOn();
  }

  /// Every connection is reset at both ends, now; what was under way is lost.
  reset() {
    for (const connection of this.#open) connection.reset();
  }

  resetEvery(ms) {
    clearInterval(this.#resets);
    this.#resets = setInterval(() => this.reset(), ms);
  }

  /// Every connection is closed in order, now.
  close() {
    for (const connection of this.#open) connection.end();
  }

  /// Connections are reset, and new ones refused.
  async refuse() {
    this.reset();
    await this.#stopListening();
  }

  /// All faults are over. What was held back arrives, then the end if there was one meanwhile.
  async heal() {
    clearInterval(this.#resets);
    this.fellSilentAt = null;
    await this.start();
    this.shape(sound);
  }

  async stop() {
    clearInterval(this.#resets);
    this.reset();
    await this.#stopListening();
  }

  #stopListening() {
    const server = this.#server;
    this.#server = null;
    return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  #accept(socket) {
    const connection = new Connection(this, socket);
    this.#open.add(connection);
    connection.whenGone = () => this.#open.delete(connection);
    connection.goOn();
  }
}

/// One connection of the dialling server, carried on to its neighbour unless nothing is carried.
class Connection {
  whenGone = () => {};
  #proxy;
  #dialler;
  #acceptor = null;
  #streams;

  constructor(proxy, socket) {
    this.#proxy = proxy;
    this.#dialler = socket;
    this.#streams = proxy.ends.map((end) => new Stream(proxy, end));
    this.#watch(socket, this.#streams[0]);
  }

  get hasSpoken() {
    return this.#streams.every((stream) => stream.arrived > 0);
  }

  goOn() {
    if (!this.#acceptor && !this.#proxy.carriesNothing && !this.#dialler.destroyed) this.#connect();
    for (const stream of this.#streams) stream.goOn();
  }

  reset() {
    for (const socket of [this.#dialler, this.#acceptor]) socket?.resetAndDestroy();
    this.#gone();
  }

  end() {
    for (const socket of [this.#dialler, this.#acceptor]) socket?.end();
  }

  #connect() {
    const [there, back] = this.#streams;
    this.#acceptor = net.connect({ port: this.#proxy.target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.#acceptor.once('connect', () => ++this.#proxy.connections);
    this.#watch(this.#acceptor, back);
    there.carry(this.#dialler, this.#acceptor);
    back.carry(this.#acceptor, this.#dialler);
  }

  #watch(socket, stream) {
    socket.on('data', (chunk) => {
      if (stream.take(chunk)) socket.pause();
    });
    socket.on('end', () => (this.#acceptor ? stream.finish('end') : this.reset()));
    socket.on('error', () => {});
    socket.on('close', (hadError) => {
      if (hadError) stream.finish('reset');
      if (this.#dialler.destroyed && (this.#acceptor?.destroyed ?? true)) this.#gone();
    });
  }

  #gone() {
    for (const stream of this.#streams) stream.stop();
    this.whenGone();
  }
}

/// One direction of a connection.
class Stream {
  arrived = 0; // bytes
  #proxy;
  #sender;
  #faults;
  #from = null;
  #to = null;
  #queue = [];
  #queuedBytes = 0;
  #lastDue = 0;
  #timer = null;
  #turn = null;
  #end = null;

  constructor(proxy, sender) {
    this.#proxy = proxy;
    this.#sender = sender;
    this.#faults = proxy.faultsFrom(sender);
  }

  carry(from, to) {
    this.#from = from;
    this.#to = to;
    to.on('drain', () => this.goOn());
    this.goOn();
  }

  /// Takes what came from the sender; true if nothing more should be read for now.
  take(chunk) {
    const { delayMs, jitterMs, bytesPerSecond } = this.#faults;
    const delay = delayMs + jitterMs * (2 * this.#proxy.random() - 1);
    const most = bytesPerSecond < Infinity ? packetBytes : chunk.length;
    for (let at = 0; at < chunk.length; at += most) {
      const bytes = chunk.subarray(at, at + most);
      this.#lastDue = Math.max(this.#lastDue, performance.now() + delay) + (bytes.length * 1000) / bytesPerSecond;
      this.#queue.push({ bytes, dueAt: this.#lastDue });
    }
    this.#queuedBytes += chunk.length;
    this.goOn();
    return this.#queuedBytes > heldBytesMax;
  }

  /// The sender has ended ('end') or is gone ('reset'): so will be told once what it sent has arrived.
  finish(how) {
    this.#end = how;
    this.goOn();
  }

  stop() {
    this.#rest();
    this.#queue = [];
    this.#to = null;
  }

  goOn() {
    this.#rest();
    while (this.#to && !this.#isSilent && !this.#to.writableNeedDrain) {
      if (this.#queue.length === 0) {
        if (this.#end === 'end') this.#to.end();
        if (this.#end === 'reset') this.#to.resetAndDestroy();
        return;
      }
      const waitMs = this.#queue[0].dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.goOn(), Math.ceil(waitMs));
        return;
      }
      this.#deliver(this.#queue[0]);
      if (this.#faults.pieceBytes < Infinity) {
        this.#turn = setImmediate(() => this.goOn());
        return;
      }
    }
  }

  get #isSilent() {
    return this.#faults.silent || this.arrived >= this.#faults.silentAfterBytes;
  }

  #rest() {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  #deliver(first) {
    const { pieceBytes, silentAfterBytes } = this.#faults;
    const bytes = first.bytes.subarray(0, Math.min(pieceBytes, silentAfterBytes - this.arrived));
    first.bytes = first.bytes.subarray(bytes.length);
    if (first.bytes.length === 0) this.#queue.shift();
    this.#to.write(bytes);
    this.arrived += bytes.length;
    this.#proxy.bytes[this.#sender] += bytes.length;
    this.#queuedBytes -= bytes.length;
    if (this.#isSilent) this.#proxy.fellSilentAt ??= performance.now();
    if (this.#queuedBytes <= heldBytesMax) this.#from.resume();
  }
}
