// Network namespaces: packets lost, and lines too slow, for the kernels' own TCP. Needs root.

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { quiet } from '../aftermath.mjs';
import { atLines, chain } from '../herd.mjs';
import { networkMissing } from '../network_namespace.mjs';
import { SteadyLoad } from '../steady_load.mjs';
import { agreement, assertKept, heardOf, withHerd } from './agreement.mjs';
import { begin, loadS, tell, untilElapsed } from './figures.mjs';

export async function network() {
  const missing = networkMissing();
  const kinds = {
    'loss of 1 %': (net) => net.lose(0.01),
    'loss of 5 %': (net) => net.lose(0.05),
    'loss of 20 %': (net) => net.lose(0.2),
    'lines of 1 Mbit/s': (net, names) => names.forEach((name) => net.slow(name, 1_000_000)),
  };
  for (const [what, apply] of Object.entries(kinds)) {
    begin(`${what} between all servers for ${loadS / 2} s under 5,000 reports a second`);
    if (missing) tell('left out', missing);
    else await withHerd({ networked: true }, (herd, servers) => underFault(herd, servers, (net) => apply(net, herd.names)));
  }
}

async function underFault(herd, servers, apply) {
  const load = new SteadyLoad(servers, { rate: 5_000, clients: 20_000 });
  apply(herd.network);
  load.start();
  await untilElapsed(performance.now(), loadS / 2);
  const states = await Promise.all(servers.map((server) => server.status()));
  const links = states.flatMap((state) => state.links);
  await load.stop();
  assert.equal(load.answered, load.sent, 'all was answered');
  const ids = await heardOf(load, servers);
  const { tookS: faultyS } = await agreement(herd, ids, 60);
  await herd.heal();
  const { tookS, table } = await agreement(herd, ids, 30);
  await quiet(herd);
  tell('reports answered', load.answered, 'all');
  tell('connections', links.reduce((sum, link) => sum + link.connects, 0) / 2, `over ${links.length / 2} links`);
  const lags = links.filter((link) => link.state === 'up').map((link) => link.lag_ms).sort((a, b) => a - b);
  tell('lag under load', `${(lags.at(-1) / 1000).toFixed(2)} s at most`, `${links.length - lags.length} ends of links down`);
  tell('agreed after the last report, the fault still there', `${faultyS.toFixed(2)} s`, 'asking included');
  tell('agreed once it was healed', `${tookS.toFixed(2)} s`);
  assertKept(load, ids, table);
}

/// A line slower than what is reported: how long a client waits until its news, or newer ones, are at the other end.
export async function slow() {
  const clients = 10_000;
  begin(`a line of 1 Mbit/s for ${loadS} s, 20,000 reports a second of ${clients} clients`);
  const missing = networkMissing();
  if (missing) tell('left out', missing);
  else await withHerd({ topology: chain('Aa', 'Bb'), networked: true }, (herd, servers) => waits(herd, servers, clients));
}

async function waits(herd, [aa, bb], clients) {
  const bytesPerSecond = 125_000;
  const load = new SteadyLoad([aa], { rate: 20_000, clients });
  const watched = new Map(load.ids.filter((_, i) => i % 50 === 0).map((id) => [load.indexOf(id), []]));
  load.onReport = (client, number) => watched.get(client)?.push({ number, at: performance.now() });
  herd.network.slow(aa.name, 8 * bytesPerSecond);
  const { bytes_in: before } = await bb.link('Aa');
  load.start();
  const startedAt = performance.now();
  const ids = [...watched.keys()].map((i) => load.id(i));
  let longestMs = 0;
  let recordBytes = 0;
  let roundTripS = 0;
  let askedAt = performance.now();
  let askingS = 0;
  while (performance.now() - startedAt < loadS * 1000) {
    const lines = await atLines(bb, ids);
    const now = performance.now();
    askingS = Math.max(askingS, (now - askedAt) / 1000);
    askedAt = now;
    roundTripS = Math.max(roundTripS, (await aa.link('Bb')).round_trip_us / 1e6);
    for (const [i, reports] of [...watched.values()].entries()) {
      const held = lines[i].startsWith('AT ') ? load.numberIn(lines[i]) : 0;
      recordBytes = Math.max(recordBytes, lines[i].length + 4);
      while (reports.length > 0 && reports[0].number <= held) reports.shift();
      if (reports.length > 0) longestMs = Math.max(longestMs, now - reports[0].at);
    }
  }
  const link = await bb.link('Aa');
  const carried = (link.bytes_in - before) / ((performance.now() - startedAt) / 1000);
  await load.stop();
  const batchBytes = 64 * 1024;
  const boundS = (clients * recordBytes + batchBytes) / carried + roundTripS + askingS;
  tell('the longest that a client waited', `${(longestMs / 1000).toFixed(2)} s`,
    `${boundS.toFixed(2)} s: ${clients} clients of ${recordBytes} bytes and one batch at what the line ` +
    `carried, and the round trip, which TCP's and the line's queues make ${roundTripS.toFixed(2)} s, and asking`);
  tell('carried', `${Math.round(carried)} bytes a second`);
  tell('connections', link.connects, '1: the slow link was never taken for a dead one');
  await herd.heal();
  const { tookS, table } = await agreement(herd, load.ids, 30);
  tell('agreed once the line was fast', `${tookS.toFixed(2)} s`);
  assertKept(load, load.ids, table);
  assert.equal(link.connects, 1);
  assert.ok(longestMs / 1000 <= boundS, 'nobody waits longer');
}
