// Clients that come in crowds, never read, dribble, send rubbish or leave: nobody else notices.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { it } from 'node:test';
import { fromNow, statusLines } from './at_line.mjs';
import { eventually, within } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { LineClient } from './line_client.mjs';
import { atUcla, newClient, report, stored } from './report.mjs';
import { slowness } from './server_process.mjs';

const MiB = 1024 * 1024;
// AddressSanitizer keeps freed memory for a while; a small quarantine leaves the bounds on memory meaningful.
const env = { ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=4` };

describeHerd('the herd', { topology: chain('Riley', 'Juzang'), threads: 3, env }, (herd) => {
  const { servers } = herd;

  /// Runs `others` until `done` resolves; asserts that each of their reports was answered promptly.
  async function servesOthersUntil(done) {
    let isDone = false;
    let served = 0;
    let slowestMs = 0;
    const finished = done.finally(() => (isDone = true));
    while (!isDone) {
      const client = newClient('other');
      const askedAt = performance.now();
      await report(servers.Riley, { client });
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
      ++served;
    }
    await finished;
    assert.ok(served > 0);
    assert.ok(slowestMs < 500 * slowness, `the slowest of ${served} answers to others took ${slowestMs} ms`);
  }

  it('answers 1,000 clients that are connected at once', async () => {
    const crowd = await Promise.all(Array.from({ length: 1000 }, () => servers.Riley.connect()));
    const ids = crowd.map(() => newClient('crowd'));
    const time = fromNow(0);
    for (let round = 0; round < 3; ++round) {
      await Promise.all(crowd.map((client, i) => client.write(`IAMAT ${ids[i]} ${atUcla} ${time}\n`)));
      for (const [i, client] of crowd.entries()) {
        assert.ok((await client.readLine()).endsWith(` ${ids[i]} ${atUcla} ${time}`));
      }
    }
    assert.ok((await servers.Riley.status()).connections >= 1000);
    for (const client of crowd) client.destroy();
    await herd.agreed(ids);
    await eventually('none is counted any more', async () => (await servers.Riley.status()).connections <= 2);
  });

  it('answers 1,000 clients that half-close at once', async () => {
    const ids = Array.from({ length: 1000 }, () => newClient('brief'));
    await Promise.all(ids.map((client) => report(servers.Riley, { client })));
  });

  for (const [what, command] of [
    ['invalid commands', 'FLUFFYDOG '.repeat(100)],
    ['reports', `IAMAT deaf ${atUcla} 1621464827.959498503`],
    ['questions with long answers', 'WHATSAT deaf 50 20'],
  ]) {
    it(`is not troubled by a client that sends 100 MB of ${what} and never reads`, async () => {
      await report(servers.Riley, { client: 'deaf', location: '+47.1410+9.5209', time: '1621464827' });
      const before = servers.Riley.residentBytes();
      let highest = 0;
      const deaf = await servers.Riley.connect();
      deaf.socket.pause();
      const lines = Buffer.from(`${command}\n`.repeat(Math.ceil(MiB / command.length)));
      let taken = 0;
      const flood = (async () => {
        // Until 100 MB are taken or, as it should be, none of the next MiB for half a second.
        while (taken < 100 * MiB) {
          const write = new Promise((resolve) => deaf.socket.write(lines, resolve));
          let stuck = false;
          await within(0.5 * slowness, 'more is taken', write).catch(() => (stuck = true));
          highest = Math.max(highest, servers.Riley.residentBytes());
          if (stuck) return;
          taken += lines.length;
        }
      })();
      await servesOthersUntil(flood);
      assert.ok(taken < 100 * MiB, 'the server stops reading a client that does not read');
      assert.ok(highest - before < 32 * MiB * slowness, `grew by ${(highest - before) / MiB} MiB`);
      deaf.destroy();
    });
  }

  it('answers all of a client that reads late', async () => {
    const late = await servers.Riley.connect();
    late.socket.pause();
    const count = 60_000;
    late.end(Array.from({ length: count }, (_, i) => `FLUFFYDOG ${i} ${'x'.repeat(100)}\n`).join(''));
    await servesOthersUntil(eventually('some replies wait', () => late.socket.bytesWritten > MiB));
    late.socket.resume();
    const replies = (await late.readToEnd()).split('\n');
    assert.equal(replies.length, count + 1);
    for (let i = 0; i < count; ++i) assert.ok(replies[i].startsWith(`? FLUFFYDOG ${i} x`), replies[i]);
  });

  it('answers a client that sends a byte at a time', async () => {
    const name = newClient('dribble');
    const time = fromNow(0);
    const dribble = await servers.Riley.connect();
    for (const byte of `IAMAT ${name} ${atUcla} ${time}\r\nWHATSAT ${name} 0 0\n`) await dribble.write(byte);
    const line = await dribble.readLine();
    assert.ok(line.endsWith(` ${name} ${atUcla} ${time}`));
    assert.equal((await dribble.readAnswer()).split('\n')[0], line);
    dribble.destroy();
  });

  it('answers everything a client asked before it half-closed', async () => {
    const commands = Array.from({ length: 20_000 }, (_, i) => `N${i}\n`);
    assert.equal(await servers.Riley.ask(commands.join('')), commands.map((command) => `? ${command}`).join(''));
  });

  for (const [what, ending] of [['then a newline', '\n'], ['and no newline', '']]) {
    it(`answers a megabyte without a newline ${what} with its first 64 bytes, and closes`, async () => {
      const client = await servers.Riley.connect();
      client.socket.write(`${'m'.repeat(MiB)}${ending}`);
      assert.equal(await client.readToEnd(), `? ${'m'.repeat(64)}\n`);
    });
  }

  it('answers 16 MB without a newline also to a client that sends it all before it reads', async () => {
    const client = await servers.Riley.connect();
    client.socket.pause();
    await client.write('m'.repeat(16 * MiB));
    client.socket.resume();
    assert.equal(await client.readToEnd(), `? ${'m'.repeat(64)}\n`);
  });

  it('answers each line of binary garbage with a copy', async () => {
    for (let round = 0; round < 20; ++round) {
      // Without white space but for the newlines, so that what is to be copied is plain.
      const garbage = Buffer.from(crypto.randomBytes(50_000).map((byte) => (byte === 32 || (byte >= 9 && byte <= 13) ? 10 : byte)))
        .toString('latin1');
      const expected = garbage.split('\n').filter((line) => line !== '').map((line) => `? ${line}\n`).join('');
      assert.equal(await servers.Riley.ask(garbage), expected);
    }
  });

  it('is not troubled by 1,000 clients that connect and leave, nor does it keep anything of them', async () => {
    const open = async () => {
      await eventually('none is counted', async () => (await servers.Riley.status()).connections <= 1);
      return servers.Riley.openDescriptors();
    };
    const before = await open();
    for (let round = 0; round < 10; ++round) {
      await Promise.all(Array.from({ length: 100 }, async (_, i) => {
        const client = await servers.Riley.connect();
        if (i % 4 === 1) await client.write(`IAMAT left ${atUcla}`);
        if (i % 4 === 2) await client.write(`WHATSAT deaf 50 20\n`.repeat(100));
        if (i % 4 === 3) client.socket.resetAndDestroy();
        client.destroy();
      }));
    }
    await eventually('as many descriptors are open as before', async () => (await open()) <= before + 1);
    assert.equal(await stored(servers.Riley, 'left'), '? WHATSAT left 0 0');
  });

  it('keeps replies in order when many clients ask what is near at once', async () => {
    const name = newClient();
    await report(servers.Riley, { client: name, location: '+47.1410+9.5209' });
    const rounds = 40;
    const commands = Array.from({ length: rounds }, (_, i) => `WHATSAT ${name} 50 20\nA${i}\nWHATSAT nobody 1 ${i % 20}\nB${i}\n`);
    const expected = Array.from({ length: rounds }, (_, i) => ['AT', '? A' + i, `? WHATSAT nobody 1 ${i % 20}`, '? B' + i]).flat();
    await Promise.all(Array.from({ length: 30 }, async () => {
      const lines = statusLines(await servers.Riley.ask(commands.join('')));
      assert.deepEqual(lines.map((line) => (line.startsWith('AT ') ? 'AT' : line)), expected);
    }));
  });

  it('answers others while many clients ask what is near at once', async () => {
    const name = newClient();
    await report(servers.Riley, { client: name, location: '+47.1410+9.5209' });
    const questions = Array.from({ length: 10 }, () => servers.Riley.ask(`WHATSAT ${name} 50 20\n`.repeat(200)));
    await servesOthersUntil(Promise.all(questions));
  });

  it('still knows at both servers all that was reported, after all of this', async () => {
    const [riley, juzang] = await Promise.all([servers.Riley.status(), servers.Juzang.status()]);
    assert.ok(riley.clients > 2000);
    assert.equal(juzang.clients, riley.clients);
  });
});

describeHerd('a server with more clients than descriptors', { topology: { Riley: ['Juzang'], Juzang: [] }, descriptors: 64 }, (herd) => {
  const { servers } = herd;

  it('serves as many as leave room for its neighbours, and new ones once some leave', async () => {
    const crowd = await Promise.all(Array.from({ length: 150 }, () => servers.Riley.connect()));
    for (const [i, client] of crowd.entries()) client.socket.write(`N${i}\n`);
    const answered = () => crowd.filter((client) => client.received !== '');
    await eventually('half of the descriptors go to clients', () => answered().length === 32);
    await eventually('the others are counted', async () => (await servers.Riley.status()).connections_refused === 150 - 32);

    // Smaller ids dial: Juzang comes to Riley, and there must be a descriptor for it.
    await servers.Juzang.stop();
    await servers.Juzang.start();
    await herd.linked();
    const [one] = answered();
    await one.readLine();
    await one.write(`IAMAT crowded ${atUcla} 1621464827\n`);
    assert.match(await one.readLine(), /^AT Riley /);
    await eventually('the link works', async () => /^AT /.test(await stored(servers.Juzang, 'crowded')));

    for (const client of crowd) client.destroy();
    await eventually('there is room again', async () => (await servers.Riley.status()).connections === 0);
    await report(servers.Riley);
  });
});
