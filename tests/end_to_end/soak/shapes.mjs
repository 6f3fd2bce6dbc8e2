// The same reports through each shape of herd.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { statusLines } from '../at_line.mjs';
import { chain, neighbours, pairs, seed } from '../herd.mjs';
import { latencies, quantile } from '../latency.mjs';
import { atUcla } from '../report.mjs';
import { agreement, withHerd } from './agreement.mjs';
import { begin, loadS, tell, untilElapsed } from './figures.mjs';

const names = ['Riley', 'Jaquez', 'Juzang', 'Campbell', 'Bernard'];
const [hub, ...rim] = names;
const topologies = {
  chain: chain(...names),
  star: { [hub]: rim, ...Object.fromEntries(rim.map((name) => [name, []])) },
  ring: { ...chain(...names), Bernard: ['Riley'] },
  "the seed's six links": seed,
  'full mesh': Object.fromEntries(names.map((name, i) => [name, names.slice(i + 1)])),
};

export async function shapes() {
  for (const [shape, topology] of Object.entries(topologies)) {
    await withHerd({ topology }, async (herd) => {
      begin(`${shape}: a million reports of 100,000 clients`);
      await millionReports(herd, topology);
      await tellLatency(herd, topology);
    });
  }
}

/// Ten rounds of 100,000 clients, each client's round told to another server.
async function millionReports(herd, topology) {
  const servers = Object.values(herd.servers);
  const clients = 100_000;
  const rounds = 10;
  const ids = Array.from({ length: clients }, (_, i) => `million-${i}`);
  const startedAt = performance.now();
  for (let round = 0; round < rounds; ++round) {
    await Promise.all(servers.map(async (server, k) => {
      const lines = ids.filter((_, i) => (i + round) % servers.length === k)
        .map((id) => `IAMAT ${id} ${atUcla} ${1621464827 + round}.5\n`);
      const answers = statusLines(await server.ask(lines.join(''), 120));
      assert.equal(answers.filter((line) => line.startsWith('AT ')).length, lines.length);
    }));
  }
  const sentS = (performance.now() - startedAt) / 1000;
  const { tookS, table } = await agreement(herd, ids, 60);
  const states = await Promise.all(servers.map((server) => server.status()));
  const copies = states.flatMap((state) => state.links).reduce((sum, link) => sum + link.records_in, 0) / (clients * rounds);
  const bound = 2 * pairs(topology).length - servers.length + 1;
  tell('answered', `${Math.round((clients * rounds) / sentS)} reports a second`, 'as fast as this generator goes');
  tell('agreed after the last answer', `${tookS.toFixed(2)} s`, 'asking included');
  tell('copies per report', copies.toFixed(2), `at most ${bound}`);
  assert.ok(table.every((line) => line.endsWith(` ${1621464827 + rounds - 1}.5`)), 'the newest report of each client');
  assert.ok(copies <= bound * 1.001, 'no more copies than links carry');
}

/// The two servers that have most links between them.
function farthest(topology) {
  const links = neighbours(topology);
  let best = { hops: -1 };
  for (const from of Object.keys(topology)) {
    const hops = new Map([[from, 0]]);
    for (const [name, count] of hops) {
      for (const other of links[name]) if (!hops.has(other)) hops.set(other, count + 1);
    }
    for (const [to, count] of hops) if (count > best.hops) best = { from, to, hops: count };
  }
  return best;
}

/// From a report to one server until the farthest answers with it, asked one question at a time, while 10,000 reports
/// a second come to all servers.
async function tellLatency(herd, topology) {
  const { from, to, hops } = farthest(topology);
  const servers = Object.values(herd.servers).map(({ name, ports, host }) => ({ name, ports, host }));
  const worker = new Worker(new URL('load_worker.mjs', import.meta.url),
    { workerData: { servers, load: { rate: 10_000, clients: 100_000 } } });
  try {
    await untilElapsed(performance.now(), Math.min(5, loadS));
    const { toReport, toAsk } = await latencies(herd.servers[from], herd.servers[to], 50 * loadS);
    worker.postMessage('stop');
    const [{ sent, answered }] = await once(worker, 'message');
    tell(`p99 from ${from} to ${to}, ${hops} links, at 10,000 reports a second`, `${quantile(toReport, 0.99)} us`,
      `5,000 us; p50 ${quantile(toReport, 0.5)} us; in steps of one question, p50 ${quantile(toAsk, 0.5)} us`);
    assert.equal(answered, sent);
    assert.ok(quantile(toReport, 0.99) <= 5_000, 'soon enough');
  } finally {
    await worker.terminate();
  }
}
