// Servers that die or stand still while the herd is under load.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { neighbours, seed } from '../herd.mjs';
import { SteadyLoad } from '../steady_load.mjs';
import { agreement, assertKept, heardOf, withHerd } from './agreement.mjs';
import { begin, loadS, tell, untilElapsed } from './figures.mjs';

const MiB = 1024 * 1024;

export const kill = () => withHerd({}, async (herd, servers) => {
  begin(`kill -9 of one server every 2 s for ${loadS} s under 20,000 reports a second`);
  const load = new SteadyLoad(servers, { rate: 20_000, clients: 20_000 });
  load.start();
  const startedAt = performance.now();
  let kills = 0;
  while (performance.now() - startedAt < loadS * 1000) {
    const server = servers[kills % servers.length];
    load.forget(server.name);
    await server.kill();
    load.forget(server.name);
    await server.start();
    await untilElapsed(startedAt, 2 * ++kills);
  }
  // The last one: the load ends with it, so that there is something to agree on.
  const last = servers[kills % servers.length];
  await last.kill();
  load.forget(last.name);
  await load.stop();
  const ids = await heardOf(load, [servers[(kills + 1) % servers.length]]);
  await last.start();
  const { tookS, table } = await agreement(herd, ids, 20);
  tell('kills', kills + 1);
  tell('reports answered', load.answered, `of ${load.sent} sent`);
  tell('agreed after the last restart', `${tookS.toFixed(2)} s`, '1 s, asking about 2,000 clients at five servers included');
  assertKept(load, ids, table);
  assert.ok(tookS <= 2, 'agreed at once');
});

export const stop = () => withHerd({}, async (herd, servers) => {
  begin(`SIGSTOP of Bernard for ${loadS} s under 50,000 reports a second`);
  const others = servers.filter((server) => server.name !== 'Bernard');
  const load = new SteadyLoad(others, { rate: 50_000, clients: 50_000 });
  load.start();
  await untilElapsed(performance.now(), 5); // all clients are known
  const healthyP99 = await answerP99(herd.servers.Riley, 10);
  const before = others.map((server) => server.residentBytes());
  herd.servers.Bernard.pause();
  const stoppedP99 = await answerP99(herd.servers.Riley, loadS);
  const grownMiB = others.map((server, i) => (server.residentBytes() - before[i]) / MiB);
  await load.stop();
  assert.equal(load.answered, load.sent, 'the others answered everything');
  const ids = await heardOf(load, [herd.servers.Riley]);
  herd.servers.Bernard.resume();
  const resumedAt = performance.now();
  const { tookS, table } = await agreement(herd, ids, 20);
  const comparedS = (performance.now() - resumedAt) / 1000;
  tell('reports answered', load.answered);
  tell('p99 of an answer of Riley', `${stoppedP99.toFixed(1)} ms`,
    `twice the healthy one, which was ${healthyP99.toFixed(1)} ms`);
  tell('the others grew, MiB', others.map((server, i) => `${server.name} ${grownMiB[i].toFixed(1)}`).join(', '),
    `8 at each neighbour, ${[...neighbours(seed).Bernard].join(', ')}`);
  tell('agreed after SIGCONT', `${tookS.toFixed(2)} s`, `2 s; every client was compared after ${comparedS.toFixed(2)} s`);
  assertKept(load, ids, table);
  assert.ok(grownMiB.every((grown) => grown <= 8), 'memory is bounded');
  assert.ok(tookS <= 2, 'agreed at once');
});

/// The 99th of 100 answers to single reports, made one after the other for so long, in milliseconds.
async function answerP99(server, seconds) {
  const worker = new Worker(new URL('probe_worker.mjs', import.meta.url), { workerData: { port: server.ports.line, seconds } });
  const [p99] = await once(worker, 'message');
  return p99;
}
