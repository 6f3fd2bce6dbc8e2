// GET /v1/status: what a server says of itself and its links.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { it } from 'node:test';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { LineClient } from './line_client.mjs';
import { newClient, report } from './report.mjs';
import { httpGet } from './server_process.mjs';

describeHerd('GET /v1/status', { topology: chain('Riley', 'Juzang', 'Campbell') }, (herd) => {
  const { servers } = herd;

  it('names server, herd and version and counts what came', async () => {
    const before = await servers.Riley.status();
    assert.equal(before.server, 'Riley');
    assert.equal(before.herd, 'test');
    assert.match(before.version, /^\d+\.\d+\.\d+/);
    assert.ok(before.uptime_s >= 0);
    assert.equal(before.log_lines_dropped, 0);
    assert.equal(before.connections_by_thread.length, before.threads);

    const client = newClient();
    await report(servers.Riley, { client, time: '1621464827' });
    await report(servers.Riley, { client, time: '1621464826' });
    const after = await servers.Riley.status();
    assert.equal(after.clients, before.clients + 1);
    assert.equal(after.reports, before.reports + 2);
    assert.equal(after.changes, before.changes + 1, 'an older report changes nothing');
  });

  it('has one entry for each link, with its neighbour and its state', async () => {
    const peers = async (name) => (await servers[name].status()).links.map(({ peer, state }) => `${peer} ${state}`).sort();
    assert.deepEqual(await peers('Riley'), ['Juzang up']);
    assert.deepEqual(await peers('Juzang'), ['Campbell up', 'Riley up']);
  });

  it('counts what goes over a link and says when all of it is acknowledged', async () => {
    const before = { out: await servers.Riley.link('Juzang'), in: await servers.Juzang.link('Riley') };
    for (let i = 0; i < 5; ++i) await report(servers.Riley);
    await eventually('Juzang has them', async () =>
      (await servers.Juzang.link('Riley')).records_in === before.in.records_in + 5);
    const out = await servers.Riley.link('Juzang');
    assert.equal(out.records_out, before.out.records_out + 5);
    assert.ok(out.bytes_out > before.out.bytes_out);
    await eventually('all is acknowledged, and the round trip measured', async () => {
      const { unacknowledged, lag_ms, round_trip_us } = await servers.Riley.link('Juzang');
      return unacknowledged === 0 && lag_ms === 0 && round_trip_us > 0;
    });
  });

  it('says that a link is down, since when and why, and that it is up again', async () => {
    const { connects } = await servers.Riley.link('Juzang');
    await servers.Juzang.stop();
    const down = await eventually('Riley notices', async () => {
      const link = await servers.Riley.link('Juzang');
      return link.state !== 'up' && link;
    }, 3);
    assert.match(down.state, /^(down|connecting)$/);
    assert.ok(down.since_s < 5);
    assert.notEqual(down.reason, '');
    await herd.start();
    assert.equal((await servers.Riley.link('Juzang')).connects, connects + 1);
  });

  it('is the answer on its path only', async () => {
    await assert.rejects(httpGet(servers.Riley.ports.http, '/v1/nothing'), /status 404/);
  });

  it('outlives whoever sends rubbish to its port', async () => {
    for (const bytes of ['GET / HTTP/1.1', '\r\n\r\n', 'x'.repeat(1_000_000), crypto.randomBytes(10_000).toString('latin1'),
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`, 'POST /v1/status HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n']) {
      const stranger = await LineClient.connect(servers.Riley.ports.http);
      stranger.socket.on('error', () => {});
      stranger.end(bytes);
      await eventually('the connection is closed', () => stranger.closed);
      assert.equal((await servers.Riley.status()).server, 'Riley');
    }
  });
});
