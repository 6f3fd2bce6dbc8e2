// Cables that are late, torn again and again, or were cut between servers that hold the same.

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { quiet } from '../aftermath.mjs';
import { eventually } from '../eventually.mjs';
import { atUcla } from '../report.mjs';
import { SteadyLoad } from '../steady_load.mjs';
import { agreement, assertKept, heardOf, withHerd } from './agreement.mjs';
import { begin, loadS, tell, timed, untilElapsed } from './figures.mjs';

/// Each fault for a while under load, on all cables of the herd of five.
export async function faults() {
  const kinds = {
    'delay 50 +- 20 ms': { apply: (cable) => cable.shape({ delayMs: 50, jitterMs: 20 }) },
    'reset every second': { apply: (cable) => cable.resetEvery(1_000) },
    'one byte at a time': { apply: (cable) => cable.shape({ pieceBytes: 1 }), rate: 100 },
    'silence after 100 kB': { apply: (cable) => cable.shape({ silentAfterBytes: 100_000 }) },
  };
  for (const [what, { apply, rate = 5_000 }] of Object.entries(kinds)) {
    await withHerd({ proxied: true }, async (herd, servers) => {
      begin(`${what}, on all cables, for ${loadS / 4} s under ${rate} reports a second`);
      const load = new SteadyLoad(servers, { rate, clients: 10 * rate > 20_000 ? 20_000 : 500 });
      for (const cable of herd.cables) apply(cable);
      load.start();
      await untilElapsed(performance.now(), loadS / 4);
      await load.stop();
      assert.equal(load.answered, load.sent, 'all was answered');
      const ids = await heardOf(load, servers);
      await herd.heal();
      const { tookS, table } = await agreement(herd, ids, 30);
      await quiet(herd);
      tell('reports answered', load.answered);
      tell('connections', herd.cables.reduce((sum, cable) => sum + cable.connections, 0), `over ${herd.cables.length} cables`);
      tell('agreed once they were sound', `${tookS.toFixed(2)} s`, 'asking included');
      assertKept(load, ids, table);
    });
  }
}

export const reconnects = () => withHerd({ proxied: true }, async (herd, servers) => {
  const wanted = loadS >= 60 ? 10_000 : Math.round(loadS * 30);
  begin(`${wanted} reconnects, by resets and by orderly ends`);
  const idle = () => eventually('no client is connected', async () =>
    (await Promise.all(servers.map((server) => server.status()))).every(({ connections }) => connections === 0));
  const descriptors = () => servers.map((server) => server.openDescriptors());
  await idle();
  const before = { descriptors: descriptors(), bytes: servers.map((server) => server.residentBytes()) };
  const made = () => herd.cables.reduce((sum, cable) => sum + cable.connections, 0);
  const first = made();
  // Each cable on its own: a connection is torn as soon as it carries something both ways.
  const tookS = await timed('so many reconnects', () => {
    for (const cable of herd.cables) {
      if (!cable.hasSpoken) continue;
      if (cable.connections % 2 === 0) cable.reset();
      else cable.close();
    }
    return made() - first >= wanted;
  }, 3_600);
  await herd.linked();
  await idle();
  await eventually('as many descriptors are open as before', () => descriptors().every((count, i) => count <= before.descriptors[i]))
    .finally(() => tell('descriptors', descriptors().join(', '), `${before.descriptors.join(', ')} before`));
  tell('reconnects', made() - first, `in ${tookS.toFixed(0)} s`);
  tell('grown, KiB', servers.map((server, i) => ((server.residentBytes() - before.bytes[i]) / 1024).toFixed(0)).join(', '));
});

/// A million clients that both ends of a cable hold alike; the cable is new to them, or was cut.
export const equal = () => withHerd({ topology: { Aa: ['Bb', 'Cc'], Bb: ['Cc'], Cc: [] }, proxied: true }, async (herd) => {
  const { Aa, Bb, Cc } = herd.servers;
  const clients = Math.min(1_000_000, Math.round(loadS * 20_000));
  begin(`reconnecting ${clients} equal records`);
  const ids = Array.from({ length: clients }, (_, i) => `equal-${i}`);
  for (let i = 0; i < clients; i += 50_000) {
    await Aa.ask(ids.slice(i, i + 50_000).map((id) => `IAMAT ${id} ${atUcla} 1621464827\n`).join(''), 60);
  }
  await agreement(herd, ids, 60);
  const cable = herd.cable('Bb', 'Cc');
  const isUp = async () => (await Bb.link('Cc')).state === 'up' && (await Cc.link('Bb')).state === 'up';
  const transferred = async (what, bound) => {
    const before = { ...cable.bytes };
    await cable.heal();
    await eventually('the link is up', isUp);
    await quiet(herd, 60);
    const [there, back] = cable.ends.map((end) => cable.bytes[end] - before[end]);
    tell(what, `${there} + ${back} bytes, there and back`, bound < Infinity ? `at most ${bound}` : '');
    await herd.heal();
    await agreement(herd, ids.filter((_, i) => i % 100 === 0), 60);
    return there + back <= bound;
  };

  cable.cut();
  await eventually('the link is down', async () => !(await isUp()));
  assert.ok(await transferred('after a cut, resumed', 10_000), 'a resumed link transfers nothing');

  // Cc starts anew and has all from Aa before it talks with Bb, which then knows of some that are newer.
  for (const [differing, bound] of [[0, 1_000_000], [100, Infinity], [1_000, Infinity]]) {
    cable.cut();
    await Cc.kill();
    await Cc.start();
    await eventually('Cc has all from Aa', async () => (await Cc.status()).clients === clients, 60);
    await eventually('Aa has no more to say', async () => (await Aa.link('Cc')).unacknowledged === 0);
    herd.cable('Aa', 'Cc').cut();
    const newer = Array.from({ length: differing }, (_, i) => ids[i * (clients / 1_000)]);
    await Bb.ask(newer.map((id) => `IAMAT ${id} ${atUcla} ${1621464828 + differing}\n`).join(''));
    assert.ok(await transferred(`after a restart, compared, ${newer.length} differing`, bound),
      'equal records are compared, not transferred');
  }
  await agreement(herd, ids, 60);
});
