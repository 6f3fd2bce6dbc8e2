// Asks every server about the same clients again and again, whatever happens to it: within one life of a server no
// answer may be older than one before.

import { statusLines } from './at_line.mjs';
import { nextPoll } from './eventually.mjs';
import { compareRecords } from './record_order.mjs';

export class Witness {
  samples = {}; // whole answers, by server
  wentBack = [];
  #seen = new Map(); // by process: its last answers
  #over = false;
  #watching;

  constructor(herd, clients) {
    Object.assign(this, { herd, clients });
    this.questions = clients.map((client) => `WHATSAT ${client} 0 0\n`).join('');
  }

  start() {
    this.#watching = Promise.all(Object.values(this.herd.servers).map((server) => this.#watch(server)));
  }

  /// Asks no more; throws if an answer went back in time, or if a server was never asked.
  async stop() {
    this.#over = true;
    await this.#watching;
    if (this.wentBack.length > 0) throw new Error(`${this.wentBack.length} answers went back: ${this.wentBack[0]}`);
    const unasked = this.herd.names.filter((name) => !this.samples[name]);
    if (unasked.length > 0) throw new Error(`never answered: ${unasked}`);
  }

  async #watch(server) {
    while (!this.#over) {
      if (server.running && !server.paused) await this.#sample(server);
      await nextPoll();
    }
  }

  async #sample(server) {
    const { child } = server;
    // A server that is killed or stopped meanwhile does not answer: no sample.
    const lines = statusLines(await server.ask(this.questions, 5).catch(() => ''));
    if (lines.length !== this.clients.length || server.child !== child) return;
    this.samples[server.name] = (this.samples[server.name] ?? 0) + 1;
    const before = this.#seen.get(child);
    for (const [i, line] of lines.entries()) {
      if (before && compareRecords(line, before[i]) < 0) this.wentBack.push(`${server.name}: ${line} after ${before[i]}`);
    }
    this.#seen.set(child, lines);
  }
}
