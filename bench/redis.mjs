// redis-server under redis-benchmark, with the same work: ids of 23 bytes, values as long as ours.

import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Process, freePorts } from './processes.mjs';

/// What redis-benchmark sends. __rand_int__ stands for twelve digits below the number of members, so each client's
/// position is anywhere within 100 by 10 degrees, and another one each time.
const id = 'bench-00000__rand_int__';
const value = '+34.068930-118.445127 1621464827.959498503';
const exponents = { 100_000: ['e-3', 'e-4'], 1_000_000: ['e-4', 'e-5'] };
const position = (members) => exponents[members].map((exponent) => `__rand_int__${exponent}`);

export const commands = {
  set: () => ['SET', id, value],
  geoadd: (members) => ['GEOADD', 'herd', ...position(members), id],
  geosearch: (members) => ['GEOSEARCH', 'herd', 'FROMLONLAT', ...position(members), 'BYRADIUS', '10', 'km', 'ASC', 'COUNT', '5'],
};

export class Redis {
  async start({ core = null } = {}) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'redis-bench-'));
    [this.port] = await freePorts(1);
    this.process = new Process(['redis-server', '--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no',
      '--dir', this.folder, '--daemonize', 'no'], { core });
    await this.process.listens(this.port);
  }

  /// Adds that many members, each once, wherever.
  async fill(members) {
    const [east, north] = [100, 10];
    const step = 1000;
    for (let i = 0; i < members; i += step) {
      const words = ['GEOADD', 'herd'];
      for (let k = i; k < i + step; ++k) {
        words.push(String(Math.random() * east), String(Math.random() * north), `bench-00000${String(k).padStart(12, '0')}`);
      }
      await this.#send(words);
    }
  }

  /// One run of redis-benchmark for about that many seconds.
  async load(command, { members, pipeline, seconds, core = null }) {
    const short = await this.#benchmark(command, { members, pipeline, requests: Math.max(20_000, 1000 * pipeline), core });
    const requests = Math.max(1000, Math.round(short.reports_per_s * seconds));
    return this.#benchmark(command, { members, pipeline, requests, core });
  }

  async #benchmark(command, { members, pipeline, requests, core }) {
    const [before, startedAt] = [this.process.cpuSeconds(), performance.now()];
    const generator = new Process(['redis-benchmark', '-p', String(this.port), '-c', '50', '-n', String(requests), '-P', String(pipeline),
      '-r', String(members), '--csv', ...commands[command](members)], { core });
    const wait = { cpu: 0 };
    const timer = setInterval(() => (wait.cpu = generator.hasEnded ? wait.cpu : generator.cpuSeconds()), 50);
    const { code } = await generator.ended;
    clearInterval(timer);
    const elapsed = (performance.now() - startedAt) / 1000;
    const used = this.process.cpuSeconds() - before;
    if (code !== 0) throw new Error(`redis-benchmark: status ${code}: ${generator.output.stderr}`);
    const fields = generator.output.stdout.trim().split('\n').at(-1).split(',').map((field) => Number(field.replaceAll('"', '')));
    const [, perSecond, , , p50, , p99] = fields;
    // The generator takes a moment to begin and to end, so what it states, not the clock, says how long it took.
    const busy = (used * perSecond) / requests;
    return {
      reports_per_s: Math.round(perSecond),
      cpu_us: (used / requests) * 1e6,
      busy: [busy],
      generator_busy: Math.min(1, wait.cpu / elapsed),
      latency_us: { p50: p50 * 1000, p99: p99 * 1000 },
    };
  }

  async stop() {
    this.socket?.destroy();
    this.socket = null;
    await this.process.stop();
    fs.rmSync(this.folder, { recursive: true });
  }

  async #send(words) {
    if (!this.socket) {
      this.socket = net.connect({ port: this.port, host: '127.0.0.1' });
      await new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject));
    }
    const reply = new Promise((resolve) => this.socket.once('data', resolve));
    this.socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
    const text = String(await reply);
    if (text.startsWith('-')) throw new Error(`redis-server: ${text}`);
  }
}
