// Cables that are cut, silent, slow or torn, while reports come in.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { underLoad } from './aftermath.mjs';
import { eventually } from './eventually.mjs';
import { foundSilent } from './found_silent.mjs';
import { chain, describeHerd } from './herd.mjs';
import { randomFrom, seedOfRun } from './random.mjs';
import { newClient, report } from './report.mjs';
import { slowness } from './server_process.mjs';

/// Every one of the servers answers a new report at once, again and again until `during` is over.
async function servesDuring(servers, during) {
  let over = false;
  let slowestMs = 0;
  let answers = 0;
  const asking = (async () => {
    while (!over) {
      const askedAt = performance.now();
      await Promise.all(servers.map((server) => report(server)));
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
      ++answers;
    }
  })();
  try {
    await during;
  } finally {
    over = true;
  }
  await asking;
  assert.ok(answers > 10, `${answers} rounds of reports`);
  assert.ok(slowestMs < 500 * slowness, `the slowest round of answers took ${slowestMs} ms`);
}

describeHerd('cables under load', { proxied: true }, (herd) => {
  const { servers, names } = herd;

  it('that fall silent, both ways or one way, are found within 3 s, and healed', () => underLoad(herd, {}, async () => {
    const since = performance.now();
    herd.cable('Riley', 'Jaquez').cut();
    herd.cable('Bernard', 'Campbell').shape({ silent: true }, 'Bernard');
    herd.cable('Campbell', 'Juzang').shape({ silent: true }, 'Juzang');
    await servesDuring(Object.values(servers), Promise.all([
      foundSilent(herd, ['Riley', 'Jaquez'], since),
      foundSilent(herd, ['Bernard', 'Campbell'], since),
      foundSilent(herd, ['Campbell', 'Juzang'], since),
    ]));
    await herd.heal();
    await herd.linked();
  }));

  it('that part the herd leave both parts serving, and both agree once joined', () => underLoad(herd, {}, async () => {
    const since = performance.now();
    const cables = herd.cablesFrom('Riley', 'Jaquez');
    assert.equal(cables.length, 2);
    for (const cable of cables) cable.cut();
    await servesDuring(Object.values(servers), Promise.all(cables.map(({ ends }) => foundSilent(herd, ends, since))));
    const inOne = newClient('one-part');
    const inOther = newClient('other-part');
    await Promise.all([report(servers.Jaquez, { client: inOne }), report(servers.Juzang, { client: inOther })]);
    await herd.agreed([inOne], 5, [servers.Riley, servers.Jaquez]);
    await herd.agreed([inOther], 5, [servers.Juzang, servers.Campbell, servers.Bernard]);
    assert.match(await servers.Riley.ask(`WHATSAT ${inOther} 0 0\n`), /^\? /, 'the parts are apart');
    await herd.heal();
    await herd.agreed([inOne, inOther]);
  }));

  it('that are reset every second lose nothing', () => underLoad(herd, {}, async () => {
    const before = herd.cables.map((cable) => cable.connections);
    for (const cable of herd.cables) cable.resetEvery(1_000);
    await eventually('each was reset three times', () => herd.cables.every((cable, i) => cable.connections >= before[i] + 3));
    await herd.heal();
    await herd.linked();
  }));

  it('that refuse or close in order are mended', () => underLoad(herd, {}, async () => {
    herd.cable('Riley', 'Juzang').close();
    await herd.cable('Bernard', 'Juzang').refuse();
    await eventually('the refused one is down at both ends', async () => {
      const links = await Promise.all([servers.Bernard.link('Juzang'), servers.Juzang.link('Bernard')]);
      return links.every(({ state, reason }) => state !== 'up' && reason !== '');
    });
    await eventually('the closed one is up again', async () => (await servers.Riley.link('Juzang')).state === 'up');
    await herd.heal();
    await herd.linked();
  }));

  it('that fall silent after so many bytes, in the middle of a hello too, are mended', (t) => {
    const random = randomFrom(seedOfRun(t));
    return underLoad(herd, {}, async () => {
      // In the hello, soon after it, and in the midst of the records.
      const most = { 'Jaquez Riley': 150, 'Juzang Riley': 1_000, 'Bernard Campbell': 100_000 };
      const cables = Object.keys(most).map((ends) => herd.cable(...ends.split(' ')));
      for (const cable of cables) {
        cable.reset();
        cable.shape({ silentAfterBytes: 1 + Math.floor(random() * most[[...cable.ends].sort().join(' ')]) });
      }
      t.diagnostic(`silent after ${cables.map((cable) => cable.faultsFrom(cable.ends[0]).silentAfterBytes)}`);
      await Promise.all(cables.map((cable) => foundSilent(herd, cable.ends)));
      await herd.heal();
      await herd.linked();
    });
  });

  it('that take 50 ms, 20 more or less, slow only themselves', () => underLoad(herd, {}, async () => {
    for (const cable of herd.cables) cable.shape({ delayMs: 50, jitterMs: 20 });
    await eventually('all know their round trip', async () => {
      const states = await Promise.all(names.map((name) => servers[name].status()));
      return states.flatMap(({ links }) => links).every(({ state, round_trip_us }) => state === 'up' && round_trip_us > 60_000);
    });
    const client = newClient('far');
    await servesDuring(Object.values(servers), report(servers.Riley, { client }).then(() => herd.agreed([client], 1 * slowness)));
  }));

  it('that break again and again leave no descriptor', async () => {
    const open = () => names.map((name) => servers[name].openDescriptors());
    const settled = () => eventually('no client is connected', async () => {
      const states = await Promise.all(names.map((name) => servers[name].status()));
      return states.every(({ connections }) => connections === 0);
    });
    await settled();
    const before = open();
    for (let round = 0; round < 30; ++round) {
      const carried = herd.cables.map((cable) => cable.connections);
      for (const cable of herd.cables) {
        if (round % 2 === 0) cable.reset();
        else cable.close();
      }
      await eventually('all are opened again', () => herd.cables.every((cable, i) => cable.connections > carried[i]));
      await herd.linked();
    }
    await settled();
    await eventually('as many descriptors are open as before', () => open().every((count, i) => count <= before[i]));
  });
});

describeHerd('cables that carry one byte at a time', { topology: chain('Aa', 'Bb', 'Cc'), proxied: true }, (herd) => {
  it('lose nothing', () => underLoad(herd, { rate: 50, clients: 20 }, async () => {
    for (const cable of herd.cables) {
      cable.shape({ pieceBytes: 1 });
      cable.reset(); // hellos too
    }
    await herd.linked();
    const clients = Array.from({ length: 50 }, () => newClient('bytewise'));
    await Promise.all(clients.map((client) => report(herd.servers.Aa, { client })));
    await herd.agreed(clients);
  }));
});
