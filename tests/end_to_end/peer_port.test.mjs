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
import { atUcla, newClient, report } from './report.mjs';
import { ServerProcess } from './server_process.mjs';

// The smaller name dials: Aa opens the connection to Mm, and Mm that to Zz.
describeHerd('a peer port', { topology: chain('Aa', 'Mm', 'Zz') }, (herd) => {
  const { servers } = herd;

  /// What Aa says first to a neighbour: its hello, taken by listening in Mm's place.
  async function recordedHello() {
    await servers.Mm.stop();
    const heard = new Promise((resolve) => {
      const listener = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', (bytes) => {
          socket.destroy();
          listener.close(() => resolve(bytes.toString('latin1')));
        });
      });
      listener.listen(servers.Mm.ports.peer, '127.0.0.1');
    });
    const hello = await heard;
    await herd.start();
    return hello;
  }

  /// Says `bytes` on Mm's peer port; asserts that the connection is closed and logged, and that the herd goes on.
  async function assertThrownOut(bytes, { half = false } = {}) {
    const connects = async () => (await servers.Mm.status()).links.map((link) => link.connects);
    const before = await connects();
    const logged = servers.Mm.log().length;

    const stranger = await LineClient.connect(servers.Mm.ports.peer);
    const address = stranger.address;
    stranger.socket.write(Buffer.from(bytes, 'latin1'));
    if (half) stranger.end();
    await eventually('the connection is closed', () => stranger.closed || stranger.socket.readableEnded, 3);
    stranger.destroy();
    await eventually('the log names the stranger', () => servers.Mm.log().slice(logged).includes(address), 3);

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
    'a TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(517, '\x5a'),
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

  it('mends the link when a recorded hello is replayed', async () => {
    const hello = await recordedHello();
    const stranger = await LineClient.connect(servers.Mm.ports.peer);
    stranger.socket.write(Buffer.from(hello, 'latin1'));
    await eventually('the stranger is gone', () => stranger.closed, 6);
    await herd.linked();
    const client = newClient();
    const line = await report(servers.Aa, { client });
    assert.deepEqual(await herd.agreed([client]), [line]);
  });
});
