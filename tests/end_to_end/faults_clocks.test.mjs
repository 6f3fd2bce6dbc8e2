// Clocks that lie: those of clients, and those of servers.

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { quiet, underLoad } from './aftermath.mjs';
import { fromNow, statusLines } from './at_line.mjs';
import { describeHerd } from './herd.mjs';
import { randomFrom, seedOfRun } from './random.mjs';
import { compareRecords } from './record_order.mjs';
import { newClient } from './report.mjs';
import { SteppedClocks } from './stepped_clock.mjs';
import { Witness } from './witness.mjs';

const clocks = new SteppedClocks();

describeHerd('clocks that lie', { env: (name) => clocks.env(name) }, (herd) => {
  const { servers, names } = herd;
  after(() => clocks.remove());

  const connects = async () => {
    const states = await Promise.all(names.map((name) => servers[name].status()));
    return states.flatMap(({ links }) => links.map((link) => link.connects));
  };

  it('of clients and of servers, an hour off and stepped back, part nobody: the greatest report is held by all', async (t) => {
    const random = randomFrom(seedOfRun(t));
    const any = (list) => list[Math.floor(random() * list.length)];
    const clients = Array.from({ length: 100 }, () => newClient('liar'));
    const equal = [
      () => '1621464827.959498503',
      () => '1621464827.9594985031234567891', // 19 digits, of which nine count
    ];
    const anyTime = [
      ...equal,
      () => '1', // long past
      () => fromNow(-7_200),
      () => fromNow(0),
      () => fromNow(3_600),
      () => fromNow(90), // beyond what is believed
      () => '4070908800.5', // in 2099
    ];
    const claimed = (i) => any(i % 2 === 0 ? anyTime : equal)();
    const greatest = new Map();
    const witness = new Witness(herd, clients);
    const before = await connects();
    let reports = 0;
    witness.start();
    for (const steps of [[0, 0, 0, 0, 0], [3600, -3600, 0, 0, 3600], [0, 0, -3600, 3600, -3600], [-3600, 3600, 30, -30, 0], [0, 0, 0, 0, 0]]) {
      names.forEach((name, i) => clocks.step(name, steps[i]));
      await Promise.all(names.map(async (name) => {
        // No two reports have one place, lest one be taken for the other repeated.
        const commands = Array.from({ length: 500 }, (_, i) =>
          `IAMAT ${clients[i % clients.length]} +34.0689-118.${String(++reports).padStart(6, '0')} ${claimed(i)}\n`);
        const answers = statusLines(await servers[name].ask(commands.join('')));
        assert.equal(answers.length, commands.length);
        for (const line of answers) {
          const client = line.split(' ')[3];
          const known = greatest.get(client);
          if (!known || compareRecords(line, known) > 0) greatest.set(client, line);
        }
      }));
    }
    await witness.stop();
    const seen = clients.filter((client) => greatest.has(client));
    assert.deepEqual(await herd.agreed(seen), seen.map((client) => greatest.get(client)));
    await quiet(herd);
    assert.deepEqual(await connects(), before, 'no link went down for it');
  });

  it('of servers, stepped while reports come in, lose none', () => underLoad(herd, {}, async () => {
    for (const steps of [[3600, -3600, 0, 1800, -1800], [-3600, 3600, 0, -1800, 1800], [0, 0, 0, 0, 0]]) {
      names.forEach((name, i) => clocks.step(name, steps[i]));
      const client = newClient('stepped');
      const answered = await Promise.all(names.map((name) => servers[name].ask(`IAMAT ${client} +1+1 ${fromNow(0)}\n`)));
      assert.ok(answered.every((line) => line.startsWith('AT ')));
      await herd.agreed([client]);
    }
  }));

  it('of servers that are killed and come back with another clock, lose none', () => underLoad(herd, {}, async (load) => {
    for (const [name, seconds] of [['Riley', -3600], ['Bernard', 3600]]) {
      load.forget(name);
      await servers[name].kill();
      load.forget(name);
      clocks.step(name, seconds);
      await herd.start();
    }
    for (const name of names) clocks.step(name, 0);
  }));
});
