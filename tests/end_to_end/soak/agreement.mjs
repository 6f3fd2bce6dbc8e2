// Whether a herd of many clients agrees, how soon, and whether it lost anything.

import assert from 'node:assert/strict';
import { Herd, atLines } from '../herd.mjs';
import { timed } from './figures.mjs';

/// Every hundredth of the ids, 2,000 at most: what is compared while the clock runs.
const sample = (ids) => ids.filter((_, i) => i % Math.max(1, Math.ceil(ids.length / 2000)) === 0);

const inParts = 20_000;

async function sameEverywhere(herd, ids) {
  const tables = await Promise.all(herd.running.map((server) => atLines(server, ids)));
  return tables.every((table) => table.every((line, i) => line === tables[0][i])) && tables[0];
}

/// What a server answers for each of many ids.
export async function wholeTable(server, ids) {
  const table = [];
  for (let i = 0; i < ids.length; i += inParts) table.push(...(await atLines(server, ids.slice(i, i + inParts))));
  return table;
}

/// Waits until all links are up and nothing on them is unacknowledged, all hold equally many clients and answer the
/// sample alike; then compares every client.
export async function agreement(herd, ids, deadlineS) {
  const some = sample(ids);
  const tookS = await timed('agreement', async () => {
    const states = await Promise.all(herd.running.map((server) => server.status()));
    const counts = states.map((state) => state.clients);
    if (!counts.every((count) => count === counts[0])) throw new Error(`clients: ${counts}`);
    const waiting = states.flatMap((state) => state.links).find((link) => link.state !== 'up' || link.unacknowledged > 0);
    if (waiting) throw new Error(JSON.stringify(waiting));
    return sameEverywhere(herd, some);
  }, deadlineS);
  const table = [];
  for (let i = 0; i < ids.length; i += inParts) {
    const part = await sameEverywhere(herd, ids.slice(i, i + inParts));
    assert.ok(part, 'every client is the same at every server');
    table.push(...part);
  }
  return { tookS, table };
}

/// Every client's record must be as new as any answered by a server that has not lost its memory since. `table` has
/// the AT lines of `ids`, some of the load's.
export function assertKept(load, ids, table) {
  const lost = table.filter((line, i) => !line.startsWith('AT ') || !load.isKept(load.indexOf(ids[i]), line));
  assert.equal(lost.length, 0, `lost: ${lost[0]}`);
}

/// Ids of the load's clients that any of the servers has heard of.
export async function heardOf(load, servers) {
  const tables = await Promise.all(servers.map((server) => wholeTable(server, load.ids)));
  return load.ids.filter((_, i) => tables.some((table) => table[i].startsWith('AT ')));
}

export async function withHerd(options, run) {
  const herd = new Herd(options);
  try {
    await herd.start();
    await run(herd, Object.values(herd.servers));
    herd.check();
  } finally {
    await herd.stop();
  }
}
