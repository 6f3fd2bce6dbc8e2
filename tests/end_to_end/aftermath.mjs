// What must hold after any fault: all servers that are joined agree, nothing is lost that nobody lost, no answer went
// back in time, and nobody goes on sending.

import assert from 'node:assert/strict';
import { eventually } from './eventually.mjs';
import { atLines } from './herd.mjs';
import { SteadyLoad } from './steady_load.mjs';
import { Witness } from './witness.mjs';

const quietMs = 300;

/// Resolves once no server has sent a record for a while and all is acknowledged.
export function quiet(herd, seconds = 10) {
  let last = '';
  let since = 0;
  return eventually('nothing is sent any more', async () => {
    const states = await Promise.all(herd.running.map((server) => server.status()));
    const links = states.flatMap((state) => state.links);
    const sent = JSON.stringify(links.map((link) => link.records_out));
    if (sent !== last) since = performance.now();
    last = sent;
    const waiting = links.filter((link) => link.state === 'up' && link.unacknowledged > 0);
    if (waiting.length > 0) throw new Error(`not acknowledged: ${JSON.stringify(waiting)}`);
    return performance.now() - since > quietMs;
  }, seconds);
}

/// Runs `during` while reports come to all servers at `rate` a second, of `clients` clients, and every answer is
/// watched; then asserts all that must hold. Resolves to the load.
export async function underLoad(herd, { rate = 2_000, clients = 500, seconds = 10 }, during) {
  const load = new SteadyLoad(Object.values(herd.servers), { rate, clients, name: `steady-${++loads}` });
  const witness = new Witness(herd, load.ids.slice(0, 100));
  load.start();
  witness.start();
  try {
    await eventually('every client is known everywhere', async () => {
      const tables = await Promise.all(herd.running.map((server) => atLines(server, load.ids)));
      return tables.flat().every((line) => line.startsWith('AT '));
    });
    await during(load);
  } finally {
    await load.stop();
    await witness.stop();
  }
  await assertSettled(herd, load, seconds);
  return load;
}

let loads = 0;

/// I1, I2 and quiet, of all servers that run, for the clients of the load.
export async function assertSettled(herd, load, seconds = 10) {
  const table = await herd.agreed(load.ids, seconds);
  const lost = table.filter((line, i) => !load.isKept(i, line));
  assert.deepEqual(lost, [], 'as new as all that was answered by servers that have lost nothing since');
  await quiet(herd, seconds);
  const states = await Promise.all(herd.running.map((server) => server.status()));
  assert.deepEqual(states.map((state) => state.divergence_total), states.map(() => 0), 'no repair was needed');
  assert.equal(new Set(states.map((state) => state.clients)).size, 1, `clients: ${states.map((state) => state.clients)}`);
}
