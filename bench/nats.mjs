// Five clustered nats-servers that relay messages of 100 bytes to a subscriber at each: what is left of a herd when
// nothing is parsed, compared or kept. Its clusters are full meshes, so every message makes one hop.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { eventually } from '../tests/end_to_end/eventually.mjs';
import { Process, connectionsTo, freePorts } from './processes.mjs';

const size = 5;

export class NatsCluster {
  async start() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nats-bench-'));
    const ports = await freePorts(2 * size);
    this.ports = ports.slice(0, size);
    const clusterPorts = ports.slice(size);
    const routes = clusterPorts.map((port) => `nats://127.0.0.1:${port}`).join(',');
    this.servers = this.ports.map((port, i) => new Process(['nats-server', '-a', '127.0.0.1', '-p', String(port), '-n', `server-${i}`,
      '--cluster_name', 'bench', '--cluster', `nats://127.0.0.1:${clusterPorts[i]}`, '--routes', routes,
      '-l', path.join(this.folder, `${i}.log`)]));
    await Promise.all(this.servers.map((server, i) => server.listens(this.ports[i])));
    const links = (size * (size - 1)) / 2;
    await eventually('all servers are linked', () => connectionsTo(clusterPorts) === links);
  }

  /// As fast as it goes: a publisher and a subscriber at each server, at most `window` messages not yet delivered to all.
  async relay({ seconds, window = 20_000 }) {
    return this.#run({ publishAt: this.ports, subscribeAt: this.ports, seconds, window, rate: 0 });
  }

  /// At a rate, from one server to another; the latencies, in us, from the moment that a message was due.
  async latency({ rate, seconds }) {
    return this.#run({ publishAt: this.ports.slice(0, 1), subscribeAt: this.ports.slice(1, 2), seconds, window: Infinity, rate });
  }

  async #run({ publishAt, subscribeAt, seconds, window, rate }) {
    const shared = new BigInt64Array(new SharedArrayBuffer(8 * (1 + size))); // sent; delivered at each subscriber
    const start = (role, ports) => {
      const worker = new Worker(new URL('nats_worker.mjs', import.meta.url), { workerData: { role, ports, window, rate, shared } });
      const failed = new Promise((_, reject) => worker.once('error', reject));
      const says = () => Promise.race([new Promise((resolve) => worker.once('message', resolve)), failed]);
      return { says, tell: (what) => worker.postMessage(what), end: () => worker.terminate() };
    };
    const subscriber = start('subscribe', subscribeAt);
    await subscriber.says();
    await passes(500); // until the servers have told one another who subscribes
    const publisher = start('publish', publishAt);
    await publisher.says();
    await passes(1000); // to warm up
    const cpu = () => this.servers.reduce((sum, server) => sum + server.cpuSeconds(), 0);
    const delivered = () => subscribeAt.map((_, i) => Number(Atomics.load(shared, 1 + i)));
    const [cpuBefore, before, startedAt] = [cpu(), Math.min(...delivered()), performance.now()];
    subscriber.tell('forget');
    await passes(1000 * seconds);
    const messages = Math.min(...delivered()) - before;
    const [used, elapsed] = [cpu() - cpuBefore, (performance.now() - startedAt) / 1000];
    publisher.tell('stop');
    await publisher.says();
    const sent = Number(Atomics.load(shared, 0));
    // What was not dropped arrives soon.
    await eventually('all is delivered', () => delivered().every((count) => count === sent), 5).catch(() => {});
    const lost = delivered().reduce((sum, count) => sum + sent - count, 0) / (sent * subscribeAt.length);
    subscriber.tell('tell');
    const latency = await subscriber.says();
    await Promise.all([publisher.end(), subscriber.end()]);
    return {
      reports_per_s: Math.round(messages / elapsed),
      cpu_us: (used / messages) * 1e6,
      busy: [used / elapsed],
      lost_share: lost,
      seen: latency,
    };
  }

  async stop() {
    await Promise.all(this.servers.map((server) => server.stop()));
    fs.rmSync(this.folder, { recursive: true });
  }
}
