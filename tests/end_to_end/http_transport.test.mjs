// HTTP/1.1 as real clients speak it: curl and Node's agent.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { it } from 'node:test';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { tlsClientHello } from './peer_stranger.mjs';
import { LineClient } from './line_client.mjs';

describeHerd('HTTP/1.1', { topology: chain('Riley'), threads: 2 }, (herd) => {
  const { servers } = herd;
  const url = (path = '/v1/status') => `http://127.0.0.1:${servers.Riley.ports.http}${path}`;

  function curl(...args) {
    const { stdout, stderr, status } = spawnSync('curl', ['-sS', '--max-time', '20', ...args], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  it('curl asks several things on one connection', () => {
    const text = curl('-v', '--stderr', '-', url(), url(), url());
    assert.equal(text.split('"server":"Riley"').length, 1 + 3);
    assert.match(text, /Re-using existing connection/);
    assert.match(text, /< Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/);
    assert.match(text, /< Server: proxyherd/);
  });

  it('curl asks for the head alone, speaks HTTP/1.0, and is told of mistakes as problems', () => {
    const head = curl('-I', url());
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(head, /Content-Length: \d{3,}\r\n/);
    assert.match(curl('-i', '--http1.0', url()), /Connection: close\r\n(.*\r\n)*\r\n\{"server":"Riley"/);
    const missing = curl('-i', url('/v1/nothing'));
    assert.match(missing, /^HTTP\/1\.1 404 Not Found\r\n/);
    assert.match(missing, /Content-Type: application\/problem\+json\r\n/);
  });

  it('curl is not made to send what is too long', () => {
    const text = spawnSync('curl', ['-sS', '-i', '--max-time', '20', '-H', 'Expect: 100-continue', '--data-binary', '@-',
      url()], { encoding: 'utf8', input: 'x'.repeat(20_000_000) }).stdout;
    assert.match(text, /^HTTP\/1\.1 4\d\d /);
  });

  it('a hundred connections are kept alive and answered on all event loops', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });
    const get = () => new Promise((resolve, reject) => {
      http.get(url(), { agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).on('error', reject);
    });
    const statuses = await Promise.all(Array.from({ length: 2000 }, get));
    assert.ok(statuses.every((status) => status === 200));
    agent.destroy();
  });

  it('whoever speaks TLS to a plain port is closed, and the log says TLS', async () => {
    for (const port of [servers.Riley.ports.http, servers.Riley.ports.line]) {
      const client = await LineClient.connect(port);
      client.socket.on('error', () => {});
      client.socket.write(await tlsClientHello());
      await eventually('it is closed', () => client.closed);
    }
    await eventually('it is logged', () =>
      ['HTTP', 'line'].every((port) =>
        new RegExp(`${port} port: 127\\.0\\.0\\.1:\\d+ speaks TLS, and this port does not`).test(servers.Riley.log())));
  });
});
