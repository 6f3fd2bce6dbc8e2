// Whatever somebody says on a peer port: the connection is closed, that is logged, and nobody is hurt.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { eventually } from './eventually.mjs';
import { chain, describeHerd, freePorts } from './herd.mjs';
import { LineClient } from './line_client.mjs';
import { Crowd, changedHello, inPlaceOf, say } from './peer_stranger.mjs';
import { atUcla, newClient, report } from './report.mjs';
import { ServerProcess } from './server_process.mjs';

// The smaller name dials: Aa opens the connection to Mm, and Mm that to Zz.
describeHerd('a peer port', { topology: chain('Aa', 'Mm', 'Zz') }, (herd) => {
  const { servers } = herd;

  /// What Aa says first to Mm, taken by listening in its place.
  async function recordedHello() {
    await servers.Mm.stop();
    const hello = await inPlaceOf(servers.Mm, null, (first) => first);
    await herd.start();
    return hello.toString('latin1');
  }

  /// Says `bytes` on Mm's peer port; asserts that the connection is closed, logged for this reason and counted, and that
  /// the herd goes on.
  async function assertThrownOut(bytes, { half = false, reason = /./ } = {}) {
    const connects = async () => (await servers.Mm.status()).links.map((link) => link.connects);
    const before = await connects();
    const { peer_refusals: refusals } = await servers.Mm.status();

    const stranger = await LineClient.connect(servers.Mm.ports.peer);
    const address = stranger.address;
    stranger.socket.write(Buffer.from(bytes, 'latin1'));
    if (half) stranger.end();
    await eventually('the connection is closed', () => stranger.closed || stranger.socket.readableEnded, 3);
    stranger.destroy();
    const refusal = await eventually('the log names the stranger', () =>
      servers.Mm.log().split('\n').find((text) => text.includes(`peer port: ${address} refused: `)), 3);
    assert.match(refusal.slice(refusal.indexOf('refused: ') + 9), reason);
    assert.ok((await servers.Mm.status()).peer_refusals > refusals);

    await herd.linked();
    assert.deepEqual(await connects(), before, 'the links to the real neighbours stayed up');
    const client = newClient();
    const line = await report(servers.Aa, { client });
    assert.deepEqual(await herd.agreed([client]), [line]);
  }

  const posing = 'AT Aa +0.263873386 posing +34.068930-118.445127 1621464827.959498503';
  const rubbish = {
    'random bytes': crypto.randomBytes(1000).toString('latin1'),
    'a megabyte of random bytes': crypto.randomBytes(1_000_000).toString('latin1'),
    'zeros': '\0'.repeat(10_000),
    'bytes of all ones': '\xff'.repeat(10_000),
    'a client command': `IAMAT kiwi.cs.ucla.edu ${atUcla} 1621464827.959498503\n`,
    'a record as a line': `${posing}\n`,
    'an HTTP request': 'GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'half a TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(517, '\x5a'),
    'nothing': '',
    'a single byte': '\x01',
  };
  for (const [what, bytes] of Object.entries(rubbish)) {
    it(`closes a connection that says ${what}`, () => assertThrownOut(bytes));
  }

  it('closes a connection that half-closes at once', () => assertThrownOut('', { half: true }));

  it('closes a connection that says half a hello', async () => {
    const hello = await recordedHello();
    assert.ok(hello.length > 8, 'a hello');
    await assertThrownOut(hello.slice(0, hello.length / 2));
    await assertThrownOut(hello.slice(0, -1), { half: true });
  });

  it('closes a connection whose hello is changed in any byte, and stores nothing', async () => {
    const hello = await recordedHello();
    for (let i = 0; i < hello.length; i += Math.ceil(hello.length / 40)) {
      const changed = hello.slice(0, i) + String.fromCharCode(hello.charCodeAt(i) ^ 0x55) + hello.slice(i + 1);
      const stranger = await LineClient.connect(servers.Zz.ports.peer); // Aa is no neighbour of Zz
      stranger.socket.write(Buffer.from(`${changed}${posing}\n`, 'latin1'));
      await eventually('the connection is closed', () => stranger.closed, 3);
    }
    await herd.linked();
    assert.match(await servers.Zz.ask('WHATSAT posing 0 0\n'), /^\? /);
  });

  it('closes the connections of 200 strangers at once', async () => {
    const before = servers.Mm.openDescriptors();
    const strangers = await Promise.all(Array.from({ length: 200 }, () => LineClient.connect(servers.Mm.ports.peer)));
    const closed = () => strangers.every((stranger) => stranger.closed);
    for (const stranger of strangers) stranger.socket.write(crypto.randomBytes(100));
    await eventually('all are closed', closed, 5);
    await eventually('nothing of them is kept', () => servers.Mm.openDescriptors() <= before);
    await herd.linked();
  });

  it('hears a neighbour though silent strangers hold all the room: the oldest of them makes way', async () => {
    const hello = await recordedHello();
    const silent = await Promise.all(Array.from({ length: 64 }, () => LineClient.connect(servers.Mm.ports.peer)));
    const addresses = silent.map((stranger) => stranger.address);
    await assertThrownOut(hello, { reason: /^"Aa": the name is in use/ }); // it was heard
    await eventually('one of them had to go', () => addresses.some((address) =>
      servers.Mm.log().includes(`${address} refused: too many connections without a hello`)), 3);
    for (const stranger of silent) stranger.destroy();
  });

  /// Runs a second server of name Aa, on ports of its own, that dials the same Mm; it stops when `during` is done.
  async function withAnotherAa(change, during) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-'));
    const configFile = path.join(folder, 'herd.toml');
    const [line, peer, http] = await freePorts(3);
    let toml = change(fs.readFileSync(herd.configFile, 'utf8'));
    for (const [kind, port] of Object.entries({ line, peer, http })) {
      toml = toml.replace(`${kind} = "127.0.0.1:${servers.Aa.ports[kind]}"`, `${kind} = "127.0.0.1:${port}"`);
    }
    fs.writeFileSync(configFile, toml);
    const data = path.join(folder, 'data', 'Aa');
    const other = new ServerProcess({ name: 'Aa', configFile, ports: { line, peer, http }, data });
    try {
      await other.start();
      await during(other);
    } finally {
      await other.stop();
      fs.rmSync(folder, { recursive: true });
    }
  }

  /// Asserts that Mm refuses the other Aa with such a reason in its log, and that the links stay as they are.
  async function assertRefused(other, reason) {
    const connects = async () => (await servers.Mm.status()).links.map((link) => link.connects);
    const before = await connects();
    const logged = servers.Mm.log().length;
    const line = await report(other, { client: newClient('impostor') });
    await eventually('the refusal is logged', () => reason.test(servers.Mm.log().slice(logged)), 5);
    assert.notEqual((await other.link('Mm')).state, 'up');
    assert.deepEqual(await connects(), before);
    const client = newClient();
    assert.deepEqual([await report(servers.Aa, { client })], await herd.agreed([client]));
    assert.match(await servers.Mm.ask(`WHATSAT ${line.split(' ')[3]} 0 0\n`), /^\? /);
  }

  it('refuses a server of another herd', () =>
    withAnotherAa((toml) => toml.replace('name = "test"', 'name = "other"'), (other) =>
      assertRefused(other, /refused: .*herd/)));

  it('refuses a second server of a name that is connected and alive', () =>
    withAnotherAa((toml) => toml, (other) => assertRefused(other, /refused: .*"Aa".*in use/)));

  for (const [what, reason] of [
    ['version', /^hello refused: it speaks link versions 200 to 201/],
    ['order', /^hello refused: it orders records in another way/],
    ['aheadMax', /^hello refused: it orders records in another way/],
    ['partitions', /^hello refused: it has \d+ partitions, this server/],
  ]) {
    it(`refuses a hello of another ${what}`, async () => {
      const hello = Buffer.from(await recordedHello(), 'latin1');
      await assertThrownOut(changedHello[what](hello).toString('latin1'), { reason });
    });
  }

  it('refuses a hello that somebody recorded', async () => {
    const hello = await recordedHello();
    await assertThrownOut(hello, { reason: /^"Aa": the name is in use by a server that answers/ });
  });

  it('says that a stranger speaks TLS where there is none', async () => {
    const address = await say(servers.Mm.ports.peer, 'hello', {});
    await eventually('the refusal is logged', () => servers.Mm.log().includes(
      `peer port: ${address} refused: it speaks TLS, and this port does not; both need the same [tls] section`), 3);
  });

  it('stays linked however often a recorded hello is replayed', async () => {
    const hello = Buffer.from(await recordedHello(), 'latin1');
    const before = (await servers.Mm.status()).links.map((link) => link.connects);
    const crowd = new Crowd(servers.Mm.ports.peer, 20, [hello]);
    try {
      await crowd.busy(500);
      const client = newClient();
      assert.deepEqual([await report(servers.Aa, { client })], await herd.agreed([client]));
      assert.deepEqual((await servers.Mm.status()).links.map((link) => link.connects), before);
    } finally {
      crowd.stop();
    }
    await servers.Aa.stop();
    await servers.Aa.start();
    await herd.linked();
  });

  it('takes a neighbour back at once whose old connection is half-open', async () => {
    // Between Aa and Mm: what Mm sees of the first connection stays open and silent when Aa's end of it is cut.
    const carried = [];
    const cable = net.createServer((socket) => {
      const onward = net.connect(servers.Mm.ports.peer, '127.0.0.1');
      carried.push({ socket, onward });
      for (const end of [socket, onward]) end.on('error', () => {});
      socket.on('data', (bytes) => onward.write(bytes));
      onward.on('data', (bytes) => socket.write(bytes));
    });
    await new Promise((resolve) => cable.listen(0, '127.0.0.1', resolve));
    await servers.Aa.stop();
    const throughCable = (toml) => toml.replace(`peer = "127.0.0.1:${servers.Mm.ports.peer}"`, `peer = "127.0.0.1:${cable.address().port}"`);
    try {
      await withAnotherAa(throughCable, async (other) => {
        const up = async () => (await other.link('Mm')).state === 'up';
        await eventually('Aa is linked', up);
        const { connects } = await servers.Mm.link('Aa');
        const cutAt = performance.now();
        carried[0].socket.destroy();
        await eventually('Aa is linked again', async () => (await other.link('Mm')).connects === 2 && await up());
        assert.ok(performance.now() - cutAt < 2000, 'before Mm can find the old connection silent');
        assert.equal((await servers.Mm.link('Aa')).connects, connects + 1);
        await eventually('it is logged', () => /link Aa down: replaced by a newer connection/.test(servers.Mm.log()));
        assert.ok(carried[0].onward.destroyed || carried[0].onward.readableEnded || !carried[0].onward.writable);
      });
    } finally {
      for (const { socket, onward } of carried) [socket, onward].forEach((end) => end.destroy());
      cable.close();
    }
    await herd.start();
  });
});
