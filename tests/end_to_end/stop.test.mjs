// What becomes of HTTP when a server is told to stop: what was begun is brought to its end, and nobody is kept waiting.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventually } from './eventually.mjs';
import { atLines, describeHerd } from './herd.mjs';
import { LineClient } from './line_client.mjs';
import { newClient } from './report.mjs';
import { slowness } from './server_process.mjs';

describeHerd('a server that is told to stop', { topology: { Riley: ['Juzang'], Juzang: [] }, threads: 2 }, (herd) => {
  const { servers } = herd;
  const connect = () => LineClient.connect(servers.Riley.ports.http);
  const hears = (client, pattern) => eventually(`${pattern}`, () => pattern.test(client.received));
  const closes = (client) => eventually('it is closed', () => client.closed);
  const get = (path) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  const put = (id, fields = '') =>
    `PUT /v1/clients/${id} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 19\r\n${fields}\r\n{"lat":10,"lon":20}`;
  const statuses = (text) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`answers what was begun and is not ready meanwhile, after ${signal}`, async () => {
      const ids = Array.from({ length: 4 }, () => newClient('stop'));
      const [slow, behind, feed, idle] = await Promise.all(Array.from({ length: 4 }, connect));
      await idle.write(get('/livez'));
      await hears(idle, /alive/);
      await feed.write(get('/v1/live?bbox=10,10,11,11'));
      await hears(feed, /"complete":true/);
      // One body is half there, and the other request waits for the main loop of the stopped process, with others behind.
      const whole = put(ids[0], 'Expect: 100-continue\r\n');
      await slow.write(whole.slice(0, -10));
      await eventually('the head is read', async () => (await servers.Riley.status()).http.connections >= 4);
      servers.Riley.pause();
      await behind.write(get('/v1/status') + put(ids[1]) + put(ids[2]) + put(ids[3]));
      servers.Riley.child.kill(signal); // which it gets when it goes on, with what was sent
      const stopped = servers.Riley.stop(signal);
      await Promise.all([feed, idle, behind].map(closes));
      assert.deepEqual(statuses(idle.received), [200]);
      assert.deepEqual(statuses(behind.received), [200, 200, 200, 200]);
      const ends = behind.received.split(/(?=HTTP\/1\.1)/).map((answer) => answer.includes('Connection: close'));
      assert.deepEqual(ends.slice(0, 3), [false, false, false], 'nobody says close with more to come');
      const probe = await connect();
      await probe.write(get('/readyz'));
      assert.match(await probe.readToEnd(), /^HTTP\/1\.1 503 .*\r\n(.*\r\n)*Connection: close\r\n(.*\r\n)*\r\n.*"this server is stopping"/);
      await slow.write(whole.slice(-10));
      await closes(slow);
      assert.deepEqual(statuses(slow.received).filter((status) => status !== 100), [200]);
      await stopped;
      const lines = await atLines(servers.Juzang, ids);
      assert.ok(lines.every((line) => line.startsWith('AT Riley ')), lines.join('\n'));
    });
  }

  it('ends WebSockets with 1001 and does not wait for who is idle', async () => {
    const clients = await Promise.all(Array.from({ length: 30 }, connect));
    for (const [i, client] of clients.entries()) {
      if (i % 3 === 1) await client.write(get('/livez'));
      if (i % 3 === 2) {
        await client.write('GET /v1/ws?bbox=10,10,11,11 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
      }
    }
    await Promise.all(clients.map((client, i) => i % 3 !== 0 && hears(client, [, /alive/, /"complete":true/][i % 3])));
    const began = performance.now();
    await servers.Riley.stop();
    const ms = performance.now() - began;
    assert.ok(ms < 500 * slowness, `${ms} ms`);
    const sockets = clients.filter((_, i) => i % 3 === 2);
    await Promise.all(sockets.map(closes));
    for (const { received } of sockets) assert.ok(received.endsWith('\x88\x19\x03\xe9this server is stopping'), received.slice(-40));
  });

  it('waits no longer than a second for a body that does not come', async (t) => {
    const client = await connect();
    await client.write(put(newClient()).slice(0, -1));
    await eventually('it is connected', async () => (await servers.Riley.status()).http.connections >= 2);
    const began = performance.now();
    await servers.Riley.stop();
    const ms = performance.now() - began;
    t.diagnostic(`stopped after ${ms.toFixed()} ms`);
    assert.ok(ms > 900 && ms < 2500 * slowness, `${ms} ms`);
    await closes(client);
    assert.equal(client.received, '');
    assert.match(servers.Riley.log(), / warning cut off: HTTP requests that came to no end within 1 s\n/);
  });
});
