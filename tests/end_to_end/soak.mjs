#!/usr/bin/env node
// What takes too long for every test run: the herd under load for minutes while servers die, stop or are cut off, and
// a million reports through each shape of herd. Prints a table of figures; status 1 if anything that must hold did not.
//
//   soak.mjs [PART...]    parts: kill, shapes, partition, stop; all of them without arguments
//
// $PROXYHERD gives the binary (default: build/release/proxyherd), SOAK_SECONDS how long a part loads the herd (60).

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';

process.env.PROXYHERD ??= 'build/release/proxyherd';
const { Herd, atLines, chain, neighbours, seed } = await import('./herd.mjs');
const { eventually, nextPoll } = await import('./eventually.mjs');
const { statusLines } = await import('./at_line.mjs');
const { SteadyLoad } = await import('./steady_load.mjs');
const { atUcla } = await import('./report.mjs');

const seconds = Number(process.env.SOAK_SECONDS ?? 60);
const MiB = 1024 * 1024;
const figures = [];
let scenario = '';

function begin(what) {
  scenario = what;
  console.log(what);
}

function tell(what, value, bound = '') {
  figures.push([scenario, what, String(value), bound]);
  console.log(`  ${what}: ${value}${bound ? ` (${bound})` : ''}`);
}

/// All figures as one table, for the note.
function printTable() {
  const rows = [['scenario', 'figure', 'seen', 'to pass'], ['---', '---', '---', '---'], ...figures];
  console.log(`\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`);
}

/// How many seconds it takes `probe` to come true; an error after `deadlineS`.
async function timed(what, probe, deadlineS) {
  const startedAt = performance.now();
  await eventually(what, probe, deadlineS);
  return (performance.now() - startedAt) / 1000;
}

async function untilElapsed(startedAt, elapsedS) {
  await eventually('the time is over', () => performance.now() - startedAt >= elapsedS * 1000, elapsedS + 60);
}

/// Every hundredth of the ids, 2,000 at most: what is compared while the clock runs.
const sample = (ids) => ids.filter((_, i) => i % Math.max(1, Math.ceil(ids.length / 2000)) === 0);

async function sameEverywhere(herd, ids) {
  const tables = await Promise.all(herd.running.map((server) => atLines(server, ids)));
  return tables.every((table) => table.every((line, i) => line === tables[0][i])) && tables[0];
}

/// Waits until all hold equally many clients and answer the sample alike; then compares every client.
async function agreement(herd, ids, deadlineS) {
  const some = sample(ids);
  const tookS = await timed('agreement', async () => {
    const counts = await Promise.all(herd.running.map(async (server) => (await server.status()).clients));
    if (!counts.every((count) => count === counts[0])) throw new Error(`clients: ${counts}`);
    return sameEverywhere(herd, some);
  }, deadlineS);
  const table = [];
  for (let i = 0; i < ids.length; i += 20_000) {
    const part = await sameEverywhere(herd, ids.slice(i, i + 20_000));
    assert.ok(part, 'every client is the same at every server');
    table.push(...part);
  }
  return { tookS, table };
}

/// Every client's record must be as new as any answered by a server that has not lost its memory since.
function assertKept(load, table) {
  const lost = table.filter((line, i) => line.startsWith('AT ') && !load.isKept(i, line));
  assert.equal(lost.length, 0, `went back: ${lost[0]}`);
}

async function withHerd(topology, run) {
  const herd = new Herd({ topology });
  try {
    await herd.start();
    await run(herd);
  } finally {
    await herd.stop();
  }
}

/// Ids of the load's clients that any server has heard of.
async function heardOf(load, server) {
  const lines = await atLines(server, load.ids);
  return load.ids.filter((_, i) => lines[i].startsWith('AT '));
}

const parts = {
  kill: () => withHerd(seed, async (herd) => {
    begin(`kill -9 of one server every 2 s for ${seconds} s under 20,000 reports a second`);
    const load = new SteadyLoad(Object.values(herd.servers), { rate: 20_000, clients: 20_000 });
    load.start();
    const startedAt = performance.now();
    let kills = 0;
    while (performance.now() - startedAt < seconds * 1000) {
      const name = herd.names[kills % herd.names.length];
      load.forget(name);
      await herd.servers[name].kill();
      load.forget(name);
      await herd.servers[name].start();
      await untilElapsed(startedAt, 2 * ++kills);
    }
    // The last one: the load ends with it, so that there is something to agree on.
    const last = herd.servers[herd.names[kills % herd.names.length]];
    await last.kill();
    load.forget(last.name);
    await load.stop();
    const ids = await heardOf(load, herd.servers[herd.names[(kills + 1) % herd.names.length]]);
    await last.start();
    const { tookS, table } = await agreement(herd, ids, 20);
    assertKept({ isKept: (i, line) => load.isKept(Number(ids[i].split('-')[1]), line) }, table);
    tell('kills', kills + 1);
    tell('reports answered', load.answered, `of ${load.sent} sent`);
    tell('agreed after the last restart', `${tookS.toFixed(2)} s`, '1 s, asking about 2,000 clients at five servers included');
    assert.ok(tookS <= 2, 'agreed at once');
  }),

  shapes: async () => {
    const names = ['Riley', 'Jaquez', 'Juzang', 'Campbell', 'Bernard'];
    const [hub, ...rim] = names;
    const shapes = {
      chain: chain(...names),
      star: { [hub]: rim, ...Object.fromEntries(rim.map((name) => [name, []])) },
      ring: { ...chain(...names), Bernard: ['Riley'] },
      "the seed's six links": seed,
      'full mesh': Object.fromEntries(names.map((name, i) => [name, names.slice(i + 1)])),
    };
    for (const [shape, topology] of Object.entries(shapes)) {
      await withHerd(topology, async (herd) => {
        begin(`${shape}: a million reports of 100,000 clients`);
        await millionReports(herd, topology);
      });
    }
  },

  partition: () => withHerd(chain('Aa', 'Bb', 'Middle', 'Yy', 'Zz'), async (herd) => {
    for (const how of ['kill', 'pause']) {
      begin(`two halves for ${seconds / 2} s, the server between them ${how === 'kill' ? 'killed' : 'stopped'}`);
      const ends = Object.values(herd.servers).filter((server) => server.name !== 'Middle');
      const load = new SteadyLoad(ends, { rate: 10_000, clients: 100_000 });
      await herd.servers.Middle[how]();
      load.start();
      await untilElapsed(performance.now(), seconds / 2);
      await load.stop();
      assert.equal(load.answered, load.sent, 'both halves answered everything');
      const ids = [...new Set([...(await heardOf(load, herd.servers.Aa)), ...(await heardOf(load, herd.servers.Zz))])];
      if (how === 'pause') herd.servers.Middle.resume();
      else await herd.servers.Middle.start();
      const { tookS, table } = await agreement(herd, ids, 20);
      assertKept({ isKept: (i, line) => load.isKept(Number(ids[i].split('-')[1]), line) }, table);
      tell('differing clients', ids.length);
      tell('agreed after the halves were joined', `${tookS.toFixed(2)} s`, '2 s, asking included');
    }
  }),

  stop: () => withHerd(seed, async (herd) => {
    begin(`SIGSTOP of Bernard for ${seconds} s under 50,000 reports a second`);
    const others = Object.values(herd.servers).filter((server) => server.name !== 'Bernard');
    const load = new SteadyLoad(others, { rate: 50_000, clients: 50_000 });
    load.start();
    await untilElapsed(performance.now(), 5); // all clients are known
    const healthyP99 = await answerP99(herd.servers.Riley, 10);
    const before = others.map((server) => server.residentBytes());
    herd.servers.Bernard.pause();
    const stoppedP99 = await answerP99(herd.servers.Riley, seconds);
    const grown = others.map((server, i) => `${server.name} ${((server.residentBytes() - before[i]) / MiB).toFixed(1)}`);
    await load.stop();
    assert.equal(load.answered, load.sent, 'the others answered everything');
    const ids = await heardOf(load, herd.servers.Riley);
    herd.servers.Bernard.resume();
    const resumedAt = performance.now();
    const { tookS, table } = await agreement(herd, ids, 20);
    assertKept({ isKept: (i, line) => load.isKept(Number(ids[i].split('-')[1]), line) }, table);
    tell('reports answered', load.answered);
    tell('p99 of an answer of Riley', `${stoppedP99.toFixed(1)} ms`,
      `twice the healthy one, which was ${healthyP99.toFixed(1)} ms; this generator included`);
    tell('the others grew, MiB', grown.join(', '), `8 at each neighbour, ${[...neighbours(seed).Bernard].join(', ')}`);
    const comparedS = (performance.now() - resumedAt) / 1000;
    tell('agreed after SIGCONT', `${tookS.toFixed(2)} s`, `2 s; every client was compared after ${comparedS.toFixed(2)} s`);
  }),
};

/// The 99th of 100 answers to single reports, made one after the other for so long, in milliseconds.
async function answerP99(server, forSeconds) {
  const client = await server.connect();
  const tookMs = [];
  for (const startedAt = performance.now(); performance.now() - startedAt < forSeconds * 1000;) {
    const askedAt = performance.now();
    await client.write(`IAMAT probe ${atUcla} 1621464827\n`);
    await client.readLine();
    tookMs.push(performance.now() - askedAt);
    await nextPoll();
  }
  client.destroy();
  return tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.99)];
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
  assert.ok(table.every((line) => line.endsWith(` ${1621464827 + rounds - 1}.5`)), 'the newest report of each client');
  const states = await Promise.all(servers.map((server) => server.status()));
  const links = Object.values(topology).reduce((sum, others) => sum + others.length, 0);
  const copies = states.flatMap((state) => state.links).reduce((sum, link) => sum + link.records_in, 0) / (clients * rounds);
  const bound = 2 * links - servers.length + 1;
  tell('answered', `${Math.round((clients * rounds) / sentS)} reports a second`, 'as fast as this generator goes');
  tell('agreed after the last answer', `${tookS.toFixed(2)} s`, 'asking included');
  tell('copies per report', copies.toFixed(2), `at most ${bound}`);
  assert.ok(copies <= bound * 1.001, 'no more copies than links carry');
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
let failed = 0;
for (const name of chosen) {
  try {
    await parts[name]();
  } catch (error) {
    ++failed;
    console.log(`  FAILED: ${error.stack}`);
  }
}
printTable();
console.log(failed === 0 ? '\nall held' : `\n${failed} of ${chosen.length} parts failed`);
process.exitCode = failed === 0 ? 0 : 1;
