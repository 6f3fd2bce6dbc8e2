// Reports at a steady rate to all servers of a herd, over connections that are opened again when they break. It knows
// what each server has answered since it last lost its memory, so that what must not be lost can be told afterwards.

import net from 'node:net';
import { toNs, toTime } from './at_line.mjs';
import { atUcla } from './report.mjs';

const tickMs = 10;

export class SteadyLoad {
  sent = 0; // the number of the last report; also its time, in nanoseconds after the base: each is newer than all before
  answered = 0;
  onReport = null; // told client and number of each report
  #base = BigInt(Date.now()) * 1_000_000n - 3_600_000_000_000n;
  #doors;

  /// `rate` reports a second in all, of `clients` clients whose ids begin with `name`, spread over the servers.
  constructor(servers, { rate, clients, name = 'steady' }) {
    Object.assign(this, { rate, clients, name });
    this.#doors = servers.map((server) => new Door(server, clients));
  }

  id(i) {
    return `${this.name}-${i}`;
  }

  indexOf(id) {
    return Number(id.slice(this.name.length + 1));
  }

  /// The number of the report that an AT line comes from.
  numberIn(atLine) {
    return Number(toNs(atLine.slice(atLine.lastIndexOf(' ') + 1)) - this.#base);
  }

  get ids() {
    return Array.from({ length: this.clients }, (_, i) => this.id(i));
  }

  start() {
    let due = 0;
    let before = performance.now();
    this.timer = setInterval(() => {
      const now = performance.now();
      due += (this.rate * Math.min(now - before, 100)) / 1000;
      before = now;
      const open = this.#doors.filter((door) => door.takesMore);
      for (const door of open) this.#send(door, Math.floor(due / open.length));
      due %= Math.max(1, open.length);
    }, tickMs);
  }

  /// Sends no more and resolves once all that was sent is answered or its connection gone.
  async stop() {
    clearInterval(this.timer);
    await Promise.all(this.#doors.map((door) => door.close()));
    this.answered = this.#doors.reduce((sum, door) => sum + door.answered, 0);
  }

  /// The named server is about to lose its memory: what it answered so far may be lost with it.
  forget(name) {
    this.#doors.find((door) => door.server.name === name).newestAnswered.fill(0);
  }

  /// Whether the AT line of client `i` is as new as all that servers answered that have not lost their memory since.
  isKept(i, atLine) {
    const held = this.numberIn(atLine);
    return this.#doors.every((door) => door.newestAnswered[i] === 0 || held >= door.newestAnswered[i]); // 0: none answered
  }

  #send(door, count) {
    const numbers = [];
    let text = '';
    for (let k = 0; k < count; ++k) {
      const number = ++this.sent;
      const client = number <= this.clients ? number - 1 : Math.floor(Math.random() * this.clients); // each once, then any
      numbers.push([client, number]);
      this.onReport?.(client, number);
      text += `IAMAT ${this.id(client)} ${atUcla} ${toTime(this.#base + BigInt(number))}\n`;
    }
    door.send(text, numbers);
  }
}

class Door {
  answered = 0;
  #socket = null;
  #waiting = [];
  #closing = null;

  constructor(server, clients) {
    this.server = server;
    this.newestAnswered = new Float64Array(clients);
    this.#open();
  }

  get takesMore() {
    return this.#socket?.readyState === 'open' && this.#waiting.length < 100_000;
  }

  send(text, numbers) {
    this.#waiting.push(...numbers);
    this.#socket.write(text);
  }

  close() {
    return new Promise((resolve) => {
      this.#closing = resolve;
      if (this.#socket.readyState === 'open') this.#socket.end();
      else this.#socket.destroy();
    });
  }

  #open() {
    const socket = net.connect({ port: this.server.ports.line, host: this.server.host, noDelay: true });
    this.#socket = socket;
    let next = 0;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
        const [client, number] = this.#waiting[next++];
        if (number > this.newestAnswered[client]) this.newestAnswered[client] = number;
        ++this.answered;
      }
      if (next > 10_000) this.#waiting.splice(0, next), (next = 0);
    });
    socket.on('close', () => {
      this.#waiting = [];
      next = 0;
      if (this.#closing) this.#closing();
      else setTimeout(() => (this.#closing ? this.#closing() : this.#open()), 20);
    });
  }
}
