// Nothing is lost and all agree: bursts, partitions, servers that are killed, wiped or stopped, reports that compete.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';
import { fromNow, parseAt, statusLines, toNs } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { atLines, chain, describeHerd, neighbours, seed } from './herd.mjs';
import { randomFrom, seedOfRun } from './random.mjs';
import { atUcla, newClient, report, stored } from './report.mjs';
import { slowness } from './server_process.mjs';

/// Reports of `count` new clients in one burst on one connection; resolves to {ids, lines} once all are answered.
async function burst(server, count, what) {
  const ids = Array.from({ length: count }, () => newClient(what));
  const replies = await server.ask(ids.map((id) => `IAMAT ${id} ${atUcla} ${fromNow(0)}\n`).join(''));
  const lines = statusLines(replies);
  assert.equal(lines.filter((line) => line.startsWith('AT ')).length, count);
  return { ids, lines };
}

const shuffled = (list, random) => {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; --i) {
    const k = Math.floor(random() * (i + 1));
    [copy[i], copy[k]] = [copy[k], copy[i]];
  }
  return copy;
};

describeHerd('the herd of five', { threads: 2 }, (herd) => {
  const { servers, names } = herd;

  it('misses none of 10,000 reports that come to one server at once', async () => {
    const { ids, lines } = await burst(servers.Riley, 10_000, 'burst');
    assert.deepEqual(await herd.agreed(ids), lines);
  });

  it('misses none of the reports that come to all of them at once', async () => {
    const bursts = await Promise.all(names.map((name) => burst(servers[name], 2_000, `burst-${name}`)));
    assert.deepEqual(await herd.agreed(bursts.flatMap(({ ids }) => ids)), bursts.flatMap(({ lines }) => lines));
  });

  it('holds the newest report of a client whichever server hears it and in whatever order', async (t) => {
    const random = randomFrom(seedOfRun(t));
    const ids = Array.from({ length: 200 }, () => newClient('moving'));
    const base = BigInt(Date.now()) * 1_000_000n - 3_600_000_000_000n;
    const times = Array.from({ length: 20 }, (_, i) => `${(base / 1_000_000_000n)}.${String(i).padStart(9, '0')}`);
    const reports = shuffled(ids.flatMap((id) => times.map((time) => `IAMAT ${id} ${atUcla} ${time}\n`)), random);
    const shares = names.map(() => []);
    for (const each of reports) shares[Math.floor(random() * shares.length)].push(each);
    await Promise.all(shares.map((share, i) => servers[names[i]].ask(share.join(''))));
    for (const line of await herd.agreed(ids)) assert.equal(parseAt(line).time, times.at(-1));
  });

  for (const [what, locations] of [['of equal time', ['+1+1', '+2+2']], ['that are the same', ['+3+3', '+3+3']]]) {
    it(`agrees on the one heard first when two servers hear reports ${what} at once`, async () => {
      const ids = Array.from({ length: 200 }, () => newClient('twice'));
      const time = fromNow(-1);
      const commands = (location) => ids.map((id) => `IAMAT ${id} ${location} ${time}\n`).join('');
      const [atRiley, atCampbell] = (await Promise.all([
        servers.Riley.ask(commands(locations[0])), servers.Campbell.ask(commands(locations[1])),
      ])).map(statusLines);
      for (const [i, line] of (await herd.agreed(ids)).entries()) {
        const heard = [atRiley[i], atCampbell[i]].map((each) => parseAt(each).heardAt);
        const first = [atRiley[i], atCampbell[i]].filter((_, k) => heard[k] <= heard[1 - k]);
        assert.ok(first.includes(line), `${line}\nof ${atRiley[i]}\nand ${atCampbell[i]}`);
      }
    });
  }

  it('agrees on reports of equal time and clients whose clocks are far ahead', async () => {
    const ids = Array.from({ length: 50 }, () => newClient('future'));
    const share = (i) => ids.map((id, k) => `IAMAT ${id} +${i}+${k} ${fromNow(3600 * (1 + (k + i) % 3))}\n`).join('');
    await Promise.all(names.map((name, i) => servers[name].ask(share(i))));
    await herd.agreed(ids);
  });

  it('gives a server that was wiped all that it held, and that server empties nobody', async () => {
    const { ids, lines } = await burst(servers.Juzang, 1_000, 'wiped');
    await herd.agreed(ids);
    const counts = await clientCounts();
    await servers.Juzang.kill();
    fs.rmSync(servers.Juzang.data, { recursive: true });
    await herd.start();
    assert.deepEqual(await herd.agreed(ids), lines);
    await eventually('all hold as many clients as before', async () =>
      JSON.stringify(await clientCounts()) === JSON.stringify(counts));
  });

  it('gives a server that was killed what came meanwhile, and keeps what only that server had heard', async () => {
    const before = await burst(servers.Riley, 500, 'before');
    await eventually('a neighbour knows all', async () =>
      (await atLines(servers.Jaquez, before.ids)).every((line) => line.startsWith('AT ')));
    await servers.Riley.kill();
    const meanwhile = await burst(servers.Campbell, 500, 'meanwhile');
    await herd.start();
    assert.deepEqual(await herd.agreed([...before.ids, ...meanwhile.ids]), [...before.lines, ...meanwhile.lines]);
  });

  it('brings no older record back when a server restarts that held one', async () => {
    const client = newClient();
    await report(servers.Bernard, { client, time: '1621464827' });
    await herd.agreed([client]);
    servers.Bernard.pause();
    const newer = await report(servers.Riley, { client, time: '1621464828' });
    await herd.start();
    assert.deepEqual(await herd.agreed([client]), [newer]);
    await servers.Riley.kill();
    await herd.start();
    assert.deepEqual(await herd.agreed([client]), [newer]);
  });

  it('notices within 3 s that a neighbour stands still, serves on, and agrees once it goes on', async () => {
    const others = neighbours(seed).Bernard;
    const ids = [];
    servers.Bernard.pause();
    const pausedAt = performance.now();
    const noticedAfterS = new Map();
    let slowestMs = 0;
    await eventually('all neighbours notice', async () => {
      const [id] = [newClient('served-on')];
      const askedAt = performance.now();
      await report(servers.Riley, { client: id });
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
      ids.push(id);
      for (const name of others) {
        const { state } = await servers[name].link('Bernard');
        if (state !== 'up' && !noticedAfterS.has(name)) noticedAfterS.set(name, (performance.now() - pausedAt) / 1000);
      }
      return noticedAfterS.size === others.size;
    });
    for (const [name, seconds] of noticedAfterS) assert.ok(seconds < 3.5, `${name} noticed after ${seconds} s`);
    assert.ok(slowestMs < 500 * slowness, `the slowest answer meanwhile took ${slowestMs} ms`);
    const meanwhile = await burst(servers.Campbell, 5_000, 'meanwhile');
    const running = names.filter((name) => name !== 'Bernard').map((name) => servers[name]);
    await herd.agreed([...ids, ...meanwhile.ids], 5, running);
    servers.Bernard.resume();
    await herd.agreed([...ids, ...meanwhile.ids], 2 * slowness);
    await herd.linked();
  });

  it('tells a report within a fifth of a second at every server when nothing else is going on', async () => {
    const client = newClient();
    const startedAt = performance.now();
    const line = await report(servers.Riley, { client });
    await eventually('Campbell knows', async () => (await stored(servers.Campbell, client)) === line, 5);
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < 200 * slowness, `${tookMs} ms`);
  });

  const clientCounts = () => Promise.all(names.map(async (name) => (await servers[name].status()).clients));
});

describeHerd('a herd in two halves', { topology: chain('Aa', 'Bb', 'Middle', 'Yy', 'Zz') }, (herd) => {
  const { servers } = herd;

  it('takes reports in both and agrees once joined again', async () => {
    const shared = Array.from({ length: 300 }, () => newClient('both'));
    const commands = (location, time) => shared.map((id) => `IAMAT ${id} ${location} ${time}\n`).join('');
    await servers.Aa.ask(commands('+1+1', '1621464827'));
    await herd.agreed(shared);

    await servers.Middle.kill();
    const newest = { Aa: '1621464829', Zz: '1621464828.999999999' };
    await servers.Aa.ask(commands('+2+2', newest.Aa));
    await servers.Zz.ask(commands('+3+3', newest.Zz));
    const inOne = await burst(servers.Bb, 300, 'one-half');
    const inOther = await burst(servers.Yy, 300, 'other-half');
    for (const [half, time] of [['Bb', newest.Aa], ['Yy', newest.Zz]]) {
      await eventually(`${half} holds the newest of its half`, async () =>
        (await atLines(servers[half], shared)).every((line) => line.endsWith(` ${time}`)));
    }
    assert.ok((await atLines(servers.Yy, inOne.ids)).every((line) => line.startsWith('? ')), 'the halves are apart');

    await herd.start();
    const lines = await herd.agreed([...shared, ...inOne.ids, ...inOther.ids]);
    assert.deepEqual(lines.slice(shared.length), [...inOne.lines, ...inOther.lines]);
    for (const line of lines.slice(0, shared.length)) assert.equal(toNs(parseAt(line).time), toNs(newest.Aa));
  });

  it('agrees also when its middle only stood still for a while', async () => {
    servers.Middle.pause();
    await eventually('Bb notices', async () => (await servers.Bb.link('Middle')).state !== 'up');
    const inOne = await burst(servers.Aa, 300, 'one-half');
    const inOther = await burst(servers.Zz, 300, 'other-half');
    await herd.start();
    assert.deepEqual(await herd.agreed([...inOne.ids, ...inOther.ids]), [...inOne.lines, ...inOther.lines]);
  });
});
