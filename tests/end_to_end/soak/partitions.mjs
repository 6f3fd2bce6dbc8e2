// Herds that fall apart, both parts serving, and are joined again.

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { chain, seed } from '../herd.mjs';
import { SteadyLoad } from '../steady_load.mjs';
import { agreement, assertKept, heardOf, wholeTable, withHerd } from './agreement.mjs';
import { begin, loadS, tell, untilElapsed } from './figures.mjs';

const five = ['Riley', 'Jaquez', 'Juzang', 'Campbell', 'Bernard'];
const ring = (...names) => ({ ...chain(...names), [names.at(-1)]: [names[0]] });
const mesh = (...names) => Object.fromEntries(names.map((name, i) => [name, names.slice(i + 1)]));
const cutAll = (cables) => cables.forEach((cable) => cable.cut());

const partings = {
  'one server': { topology: seed, part: (herd) => cutAll(herd.cablesFrom('Bernard')) },
  'halves': { topology: chain('Aa', 'Bb', 'Yy', 'Zz'), part: (herd) => cutAll(herd.cablesFrom('Aa', 'Bb')) },
  'a minority third': {
    topology: ring('Aa', 'Bb', 'Cc', 'Dd', 'Ee', 'Ff'),
    part: (herd) => cutAll(herd.cablesFrom('Aa', 'Bb')),
  },
  'majorities in a ring': {
    topology: mesh(...five), // each is left with the two beside it
    part: (herd) => cutAll(herd.cables.filter(({ ends }) => {
      const apart = Math.abs(five.indexOf(ends[0]) - five.indexOf(ends[1]));
      return apart !== 1 && apart !== 4;
    })),
  },
  'one way': {
    topology: seed, // nothing of what Bernard says arrives
    part: (herd) => herd.cablesFrom('Bernard').forEach((cable) => cable.shape({ silent: true }, 'Bernard')),
  },
};

/// Every client is reported at least once while the herd is apart, then it is joined.
async function partAndJoin(what, { topology, part }, { clients, forS, deadlineS }) {
  await withHerd({ topology, proxied: true }, async (herd, servers) => {
    const rate = Math.max(10_000, Math.ceil((1.1 * clients) / forS));
    begin(`partition, ${what}, for ${forS} s: ${clients} clients, ${rate} reports a second`);
    const load = new SteadyLoad(servers, { rate, clients });
    part(herd);
    load.start();
    await untilElapsed(performance.now(), forS);
    await load.stop();
    assert.equal(load.answered, load.sent, 'all parts answered everything');
    const ids = await heardOf(load, servers);
    const joinedAt = performance.now();
    await herd.heal();
    const { tookS, table } = await agreement(herd, ids, 30);
    tell('reports answered', load.answered, 'all');
    tell('clients', ids.length);
    tell('agreed after it was joined', `${tookS.toFixed(2)} s`, `${deadlineS} s, asking included; every client was compared ` +
      `after ${((performance.now() - joinedAt) / 1000).toFixed(2)} s`);
    assertKept(load, ids, table);
    assert.ok(tookS <= deadlineS, 'agreed in time');
  });
}

export async function partition() {
  for (const [what, parting] of Object.entries(partings)) {
    await partAndJoin(what, parting, { clients: 100_000, forS: loadS / 2, deadlineS: 2 });
  }
}

export const bigpartition = () => partAndJoin('halves', partings.halves, { clients: 1_000_000, forS: loadS / 2, deadlineS: 5 });

export const deadmiddle = () => withHerd({ topology: chain('Aa', 'Bb', 'Middle', 'Yy', 'Zz') }, async (herd, servers) => {
  for (const how of ['kill', 'pause']) {
    begin(`two halves for ${loadS / 2} s, the server between them ${how === 'kill' ? 'killed' : 'stopped'}`);
    const ends = servers.filter((server) => server.name !== 'Middle');
    const load = new SteadyLoad(ends, { rate: 10_000, clients: 100_000, name: how });
    await herd.servers.Middle[how]();
    load.start();
    await untilElapsed(performance.now(), loadS / 2);
    await load.stop();
    assert.equal(load.answered, load.sent, 'both halves answered everything');
    const ids = await heardOf(load, ends);
    if (how === 'pause') herd.servers.Middle.resume();
    else await herd.servers.Middle.start();
    const { tookS, table } = await agreement(herd, ids, 20);
    tell('clients', ids.length);
    tell('agreed after the halves were joined', `${tookS.toFixed(2)} s`, '2 s, asking included');
    assertKept(load, ids, table);
    assert.ok(tookS <= 2, 'agreed in time');
  }
});

/// What each server lacked when the herd was joined, and what it then received.
export const bytes = () => withHerd({ topology: seed, proxied: true }, async (herd, servers) => {
  const forS = 2 * loadS;
  begin(`partition of the herd of five (Riley and Jaquez, the others) for ${forS} s under 10,000 reports a second`);
  const load = new SteadyLoad(servers, { rate: 10_000, clients: 100_000 });
  load.start();
  await untilElapsed(performance.now(), Math.min(12, forS)); // all clients are known everywhere
  cutAll(herd.cablesFrom('Riley', 'Jaquez'));
  await untilElapsed(performance.now(), forS);
  await load.stop();
  assert.equal(load.answered, load.sent, 'both parts answered everything');
  const { ids } = load;
  const before = await Promise.all(servers.map((server) => wholeTable(server, ids)));
  const states = () => Promise.all(servers.map(async (server) => (await server.status()).links));
  const linksBefore = await states();
  await herd.heal();
  const { tookS, table } = await agreement(herd, ids, 30);
  const linksAfter = await states();
  const ratios = servers.map((server, k) => {
    const lacked = table.filter((line, i) => line !== before[k][i]).map((line) => line.length);
    const lackedBytes = lacked.reduce((sum, length) => sum + length, 0);
    const received = linksAfter[k].map(({ peer, bytes_in, records_in, records_accepted }, i) => ({
      peer,
      bytes: bytes_in - linksBefore[k][i].bytes_in,
      records: records_in - linksBefore[k][i].records_in,
      accepted: records_accepted - linksBefore[k][i].records_accepted,
    }));
    const ratio = received.reduce((sum, { bytes }) => sum + bytes, 0) / lackedBytes;
    tell(`${server.name} lacked ${lacked.length} records of ${lackedBytes} bytes and received`, `${ratio.toFixed(2)} times that (` +
      `${received.map(({ peer, records, accepted }) => `${records} records from ${peer}, ${accepted} of them news`).join('; ')})`,
      'at most 3 times');
    return ratio;
  });
  tell('agreed after it was joined', `${tookS.toFixed(2)} s`, '2 s, asking included');
  assertKept(load, ids, table);
  assert.ok(ratios.every((ratio) => ratio <= 3), 'no more than three times what it lacked');
  assert.ok(tookS <= 2, 'agreed in time');
});
