// protocol.md, "Process behaviour": start, stop and what is said when a start cannot succeed.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { statusLines } from './at_line.mjs';
import { within } from './eventually.mjs';
import { atLines, describeHerd } from './herd.mjs';
import { atUcla, newClient, report } from './report.mjs';
import { slowness, spawnProxyherd } from './server_process.mjs';

describeHerd('proxyherd serve', { topology: { Riley: ['Juzang'], Juzang: [] } }, (herd) => {
  const { servers } = herd;

  /// Runs a start that cannot succeed; asserts one line on stderr that matches, nothing on stdout and a status not 0.
  async function assertRefused(args, message) {
    const child = spawnProxyherd(args);
    const { code, signal } = await within(5, 'it ends', child.ended);
    assert.match(child.output.stderr, message);
    assert.match(child.output.stderr, /^[^\n]+\n$/, 'one line on stderr');
    assert.equal(child.output.stdout, '');
    assert.equal(signal, null);
    assert.notEqual(code, 0);
  }

  it('listens within half a second of its start', async (t) => {
    await servers.Riley.stop();
    let fastestMs = Infinity;
    for (let i = 0; i < 3; ++i) {
      const startedAt = performance.now();
      await servers.Riley.start();
      fastestMs = Math.min(fastestMs, performance.now() - startedAt);
      await servers.Riley.stop();
    }
    t.diagnostic(`listening after ${fastestMs.toFixed()} ms`);
    assert.ok(fastestMs < 500 * slowness, `${fastestMs} ms`);
  });

  it('rebinds its ports at once after it was stopped or killed amid connections', async () => {
    for (const end of ['stop', 'kill']) {
      const client = await servers.Riley.connect();
      await client.write('FLUFFYDOG\n');
      assert.equal(await client.readLine(), '? FLUFFYDOG');
      await servers.Riley[end]();
      await servers.Riley.start();
      client.destroy();
      await report(servers.Riley);
    }
  });

  it('ends in order on SIGTERM though clients connect at that very moment', async () => {
    // Connections that wait to be accepted when the signal comes: the stopped process gets both at once.
    servers.Riley.pause();
    const sockets = Array.from({ length: 50 }, () => net.connect(servers.Riley.ports.line, '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    const stopped = servers.Riley.stop();
    servers.Riley.resume();
    await stopped;
    for (const socket of sockets) socket.destroy();
    await servers.Riley.start();
  });

  it('ends in order on SIGTERM amid clients that are idle, in mid-command or do not read', async () => {
    const clients = await Promise.all(Array.from({ length: 30 }, () => servers.Riley.connect()));
    for (const [i, client] of clients.entries()) {
      if (i % 3 === 1) await client.write(`IAMAT ${newClient()} ${atUcla}`);
      if (i % 3 === 2) {
        client.socket.pause();
        client.socket.write('FLUFFYDOG\n'.repeat(500_000));
      }
    }
    await servers.Riley.stop(); // asserts status 0 and the deadline
    for (const client of clients) client.destroy();
  });

  it('tells its neighbours on SIGTERM what it answered and they do not know yet', async () => {
    const ids = Array.from({ length: 5000 }, () => newClient('farewell'));
    const replies = await servers.Riley.ask(ids.map((id) => `IAMAT ${id} ${atUcla} 1621464827\n`).join(''));
    await servers.Riley.stop();
    assert.deepEqual(await atLines(servers.Juzang, ids), statusLines(replies));
  });

  it('ends in order on SIGTERM also when a neighbour stands still', async () => {
    servers.Juzang.pause();
    await report(servers.Riley);
    await servers.Riley.stop();
  });

  it('ends in order on SIGINT', async () => {
    const child = servers.Riley.child;
    await servers.Riley.stop('SIGINT');
    assert.deepEqual(await child.ended, { code: 0, signal: null });
  });

  it('refuses the name of no server, and says which there are', () =>
    assertRefused(['serve', 'Rily', '--config', herd.configFile], /Rily.*Riley/));

  for (const kind of ['line', 'peer', 'http']) {
    it(`refuses a ${kind} port that is in use, and names it`, async () => {
      await servers.Riley.stop();
      const port = servers.Riley.ports[kind];
      const squatter = net.createServer((socket) => socket.destroy());
      await new Promise((resolve) => squatter.listen(port, '127.0.0.1', resolve));
      try {
        await assertRefused(['serve', 'Riley', '--config', herd.configFile], new RegExp(`127\\.0\\.0\\.1:${port}.*in use`));
      } finally {
        await new Promise((resolve) => squatter.close(resolve));
      }
    });
  }

  it('refuses a name that serves already', () =>
    assertRefused(['serve', 'Riley', '--config', herd.configFile], /in use/));

  it('refuses a configuration that is not there, and names it', () =>
    assertRefused(['serve', 'Riley', '--config', '/nowhere/herd.toml'], /\/nowhere\/herd\.toml/));

  const herdOf = (...server) => ['[herd]', 'name = "x"', '[[server]]', 'id = "Riley"', ...server, ''].join('\n');
  const ports = ['line = "127.0.0.1:1"', 'peer = "127.0.0.1:2"'];
  for (const [what, text, message] of [
    ['is no TOML', '[herd\nname = "x"\n', /bad\.toml:\d+: /],
    ['names a neighbour that there is not', herdOf(...ports, 'talks_with = ["Rily"]'), /bad\.toml:7: .*Rily/],
    ['lacks a port', herdOf(ports[1]), /bad\.toml:3: .*line/],
    ['has a key that there is not', herdOf(...ports, 'colour = "blue"'), /bad\.toml:7: .*colour/],
  ]) {
    it(`refuses a configuration that ${what}, and names file and line`, async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-'));
      const file = path.join(folder, 'bad.toml');
      fs.writeFileSync(file, text);
      try {
        await assertRefused(['serve', 'Riley', '--config', file], message);
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    });
  }
});
