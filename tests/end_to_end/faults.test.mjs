// Servers that are killed, stopped, emptied or restarted while reports come in.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';
import { underLoad } from './aftermath.mjs';
import { eventually } from './eventually.mjs';
import { foundSilent } from './found_silent.mjs';
import { atLines, chain, describeHerd, neighbours, seed } from './herd.mjs';
import { compareRecords } from './record_order.mjs';
import { atUcla, newClient, report } from './report.mjs';

const counts = async (servers) =>
  Promise.all(Object.values(servers).filter((server) => server.running).map(async (server) => (await server.status()).clients));

/// Kills the server at once and removes what it wrote; what only it had heard is lost.
async function wipe(server, load) {
  load?.forget(server.name);
  await server.kill();
  load?.forget(server.name);
  fs.rmSync(server.data, { recursive: true });
}

describeHerd('five servers under load', {}, (herd) => {
  const { servers, names } = herd;

  it('lose nothing and agree when each of them in turn is killed', () => underLoad(herd, {}, async (load) => {
    for (const name of names) {
      load.forget(name);
      await servers[name].kill();
      load.forget(name);
      await herd.start();
    }
  }));

  it('lose nothing and agree when two of them are stopped and go on', () => underLoad(herd, {}, async () => {
    const stopped = ['Riley', 'Bernard'];
    for (const name of stopped) servers[name].pause();
    await eventually('the neighbours notice', async () => {
      const links = await Promise.all(stopped.flatMap((name) => [...neighbours(seed)[name]].map((other) => servers[other].link(name))));
      return links.every(({ state, reason }) => state !== 'up' && reason !== '');
    }, 5);
    await herd.start();
  }));

  it('lose nothing, not even for a moment, in a rolling restart', () => underLoad(herd, {}, async () => {
    for (const name of names) {
      await servers[name].stop();
      await herd.start();
    }
  }));

  it('an emptied server does not empty its neighbours', () => underLoad(herd, {}, async (load) => {
    const before = Math.min(...await counts(servers));
    for (const name of names) {
      await wipe(servers[name], load);
      await servers[name].start();
      // Its first words are new reports of its own, of a client known everywhere and of one that is not.
      await servers[name].ask(`IAMAT ${load.id(0)} ${atUcla} 1\nIAMAT ${newClient('first-words')} ${atUcla} 1\n`);
      await herd.linked();
      const others = Object.fromEntries(names.filter((other) => other !== name).map((other) => [other, servers[other]]));
      for (const count of await counts(others)) assert.ok(count >= before, `${count} clients of ${before} after ${name} was emptied`);
      await eventually('it has all again', async () => (await servers[name].status()).clients >= before);
    }
  }));
});

// The server at one end hangs on Bb alone, so what Bb says of the link to it is all that can be said of what it lacks.
describeHerd('a server behind the others', { topology: chain('Aa', 'Bb', 'Cc'), proxied: true }, (herd) => {
  const { servers } = herd;
  const clients = Array.from({ length: 1_000 }, () => newClient('behind'));

  /// Until `last` answers as Bb does: whatever it lacks of what Bb had answered before, Bb's status must admit in
  /// between. Resolves to how often it lacked something while the link was up.
  async function caughtUp(last, seconds = 15) {
    const some = clients.filter((_, i) => i % 20 === 0);
    let behind = 0;
    await eventually(`${last} has all that Bb has`, async () => {
      const known = await atLines(servers.Bb, some);
      const link = await servers.Bb.link(last);
      const answers = await atLines(servers[last], some);
      const stale = answers.filter((line, i) => compareRecords(line, known[i]) < 0);
      if (stale.length === 0) return true;
      if (link.state === 'up' && !(link.unacknowledged > 0)) {
        throw Object.assign(new Error(`nothing is said of ${stale[0]}: ${JSON.stringify(link)}`), { isFinal: true });
      }
      if (link.state === 'up') ++behind;
      return false;
    }, seconds);
    return behind;
  }

  const reported = async (server, some, time) => {
    await server.ask(some.map((client) => `IAMAT ${client} ${atUcla} ${time}\n`).join(''));
    await eventually('Bb knows', async () => (await atLines(servers.Bb, some)).every((line) => line.endsWith(` ${time}`)));
  };

  /// The cable to `last` works again, at a pace at which one can watch.
  async function slowly(last) {
    await herd.heal();
    herd.cable('Bb', last).shape({ bytesPerSecond: 100_000 });
  }

  it('a server that missed deletions, restarts or a wiped neighbour is never stale and says so while it is behind', async () => {
    // Whoever dials speaks first, so it matters which of the two it is: the smaller name dials.
    for (const [round, [first, last]] of [['Aa', 'Cc'], ['Cc', 'Aa']].entries()) {
      const time = 1621464827 + 10 * round;
      await reported(servers[first], clients, time);
      await herd.agreed(clients);

      // Cut off: it cannot know what it misses, but within 3 s that it may.
      herd.cable('Bb', last).cut();
      const cutAt = performance.now();
      await reported(servers[first], clients, time + 1);
      const silent = await servers.Bb.link(last);
      assert.ok(silent.state !== 'up' || (silent.unacknowledged > 0 && silent.lag_ms > 0), JSON.stringify(silent));
      await foundSilent(herd, ['Bb', last], cutAt);

      // Meanwhile its neighbour is emptied and gets the table anew, and so many changes more that all positions of its
      // last life exist in this one too: they mean nothing.
      await wipe(servers.Bb);
      await servers.Bb.start();
      await eventually('Bb has all again', async () => (await servers.Bb.status()).clients >= clients.length);
      for (let change = 2; change <= 6; ++change) await reported(servers[first], clients.slice(0, 500), time + change);
      await slowly(last);
      assert.ok(await caughtUp(last) > 0, 'it was behind for a while');
      const lines = await herd.agreed(clients);
      assert.ok(lines.every((line, i) => line.endsWith(` ${i < 500 ? time + 6 : time + 1}`)));

      // Restarted: it answers with the newest or not at all, and its neighbour says which.
      await wipe(servers[last]);
      await slowly(last);
      await servers[last].start();
      assert.ok(await caughtUp(last) > 0, 'it was behind for a while');
      assert.deepEqual(await herd.agreed(clients), lines);

      // Both others emptied, it alone holds everything, and gives it back.
      await Promise.all([wipe(servers[first]), wipe(servers.Bb)]);
      await herd.heal();
      await herd.start();
      assert.deepEqual(await herd.agreed(clients), lines);
    }
  });

  it('brings back nothing that is older than what the others heard meanwhile', async () => {
    const client = newClient('moved-on');
    await report(servers.Aa, { client, time: '1621464827' });
    await herd.agreed([client]);
    herd.cable('Bb', 'Cc').cut();
    const newest = await report(servers.Aa, { client, time: '1621464829' });
    await report(servers.Cc, { client, time: '1621464828' });
    await wipe(servers.Bb);
    await herd.heal();
    await herd.start();
    assert.deepEqual(await herd.agreed([client]), [newest]);
  });
});
