// The HTTP API as programs use it: curl, fetch, promtool, and the examples of docs/http.md.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { newClient } from './report.mjs';

const execute = promisify(execFile);
const documentation = fs.readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');

/// Each command of the documentation with what it prints there.
function examples() {
  const blocks = [...documentation.matchAll(/```console\n([^`]*)```/g)].map(([, block]) => block);
  return blocks.flatMap((block) => block.split(/^\$ /m).slice(1).map((example) => {
    const [command, ...shown] = example.split('\n');
    return { command, shown: shown.join('\n') };
  }));
}

/// What differs from run to run: clocks.
const steady = (text) => text.replaceAll(/"(age|difference)":-?[\d.]+/g, '"$1":0').replaceAll(/AT Riley [+-][\d.]+/g, 'AT Riley +0')
  .replaceAll(/"time":1[79][\d.]+/g, '"time":0');

describeHerd('the HTTP API', { topology: chain('Riley', 'Juzang') }, (herd) => {
  const url = (server, path) => `http://127.0.0.1:${herd.servers[server].ports.http}${path}`;
  const ask = async (server, path, options = {}) => {
    const response = await fetch(url(server, path), options);
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type'), headers: response.headers, text };
  };
  const curl = async (...words) => (await execute('curl', ['-sS', '--max-time', '20', ...words])).stdout;

  it('answers every example of its documentation as it is shown there', async () => {
    assert.ok(examples().length >= 12, 'the documentation has examples');
    for (const { command, shown } of examples()) {
      const here = command.replaceAll('127.0.0.1:14000', `127.0.0.1:${herd.servers.Riley.ports.http}`);
      const { stdout } = await execute('bash', ['-c', `set -o pipefail; ${here}`]);
      if (shown) assert.equal(steady(stdout), steady(shown), command);
      else if (command.includes('places') || command.includes('nearbysearch')) assert.equal(JSON.parse(stdout).status, 'OK', command);
    }
  });

  it('knows at every server what was told to one, and forgets it at every server', async () => {
    const client = newClient();
    const body = JSON.stringify({ lat: 1.5, lon: 2.25, time: 1621464827.5 });
    assert.match(await curl('-X', 'PUT', url('Riley', `/v1/clients/${client}`), '-d', body), /^\{"accepted":true/);
    await eventually('Juzang knows it', async () => (await ask('Juzang', `/v1/clients/${client}`)).status === 200);
    const { text } = await ask('Juzang', `/v1/clients/${client}`);
    const { age, difference, ...rest } = JSON.parse(text);
    assert.deepEqual(rest, { client, lat: 1.5, lon: 2.25, time: 1621464827.5, server: 'Riley' });
    assert.ok(age >= difference);
    assert.equal((await ask('Juzang', `/v1/clients/${client}`, { method: 'DELETE' })).status, 204);
    await eventually('Riley forgets it', async () => (await ask('Riley', `/v1/clients/${client}`)).status === 404);
  });

  it('is reached by no web page that lets its name stand for this machine', async () => {
    const client = newClient();
    const as = (host, ...words) => curl('-H', `Host: ${host}`, '-w', '%{http_code}', ...words);
    const put = ['-X', 'PUT', url('Riley', `/v1/clients/${client}`), '-d', '{"lat":1,"lon":2}'];
    const refused = await as('attacker.example:14000', ...put);
    assert.match(refused, /"Misdirected Request".*attacker\.example.*cors_origins.*421$/s);
    assert.match(await as('attacker.example', url('Riley', '/v1/clients?near=1,2')), /421$/);
    assert.match(await as('attacker.example', url('Riley', `/?id=${client}&lat=1&lon=2`)), /421$/);
    assert.match(await curl('-w', '%{http_code}', url('Riley', `/v1/clients/${client}`)), /404$/, 'nothing was changed');
    assert.match(await as('localhost:14000', ...put), /200$/);
    assert.match(await as('riley.localhost', url('Riley', `/v1/clients/${client}`)), /200$/);
    assert.match(await curl('--http1.0', '-H', 'Host:', '-w', '%{http_code}', url('Riley', '/livez')), /200$/);
  });

  it('takes 100,000 reports in one body', async () => {
    const prefix = newClient();
    const lines = Array.from({ length: 100_000 }, (_, i) => `{"client":"${prefix}-${i}","lat":${(i % 80) + 0.5},"lon":2}\n`);
    const before = await herd.servers.Riley.status();
    const { status, text } = await ask('Riley', '/v1/reports', { method: 'POST', body: lines.join('') });
    assert.equal(status, 200, text);
    assert.deepEqual(JSON.parse(text), { accepted: 100_000, refused: 0, errors: [] });
    assert.equal((await herd.servers.Riley.status()).clients, before.clients + 100_000);
    await eventually('Juzang has them all', async () =>
      (await herd.servers.Juzang.status()).clients === (await herd.servers.Riley.status()).clients, 30);
  });

  it('finds who is near and who is in a box, also across the antimeridian', async () => {
    const [west, east] = [newClient(), newClient()];
    const reports = [{ client: west, lat: -17, lon: -179.9 }, { client: east, lat: -17, lon: 179.9 }];
    assert.equal((await ask('Riley', '/v1/reports', { method: 'POST', body: JSON.stringify({ reports }) })).status, 200);
    const names = async (query, headers = {}) => JSON.parse((await ask('Riley', `/v1/clients?${query}`, { headers })).text);
    const found = (answer) => answer.clients.map(({ client }) => client).sort();
    assert.deepEqual(found(await names('bbox=179,-18,-179,-16')), [west, east].sort());
    assert.deepEqual(found(await names('near=-17,-180&radius=20000')), [west, east].sort());
    assert.deepEqual(found(await names('near=-17,179.9&radius=1')), [east]);
    const collection = await names('bbox=-180,-18,-179,-16', { accept: 'application/geo+json' });
    assert.deepEqual(collection.features.map(({ geometry }) => geometry), [{ type: 'Point', coordinates: [-179.9, -17] }]);
    assert.equal((await names('bbox=-180,-90,180,90&limit=1')).complete, false);
  });

  it('answers for Google where only the base URL was changed', async () => {
    const path = '/maps/api/place/nearbysearch/json?location=34.0522,-118.2437&radius=50000&key=AIza';
    const { status, text } = await ask('Riley', path);
    assert.equal(status, 200);
    assert.equal(JSON.parse(text).status, 'OK');
    const refused = await ask('Riley', `${path}&rankby=distance`);
    assert.deepEqual([refused.status, JSON.parse(refused.text).status], [200, 'INVALID_REQUEST']);
  });

  it('tells all of itself in OpenAPI and on a page, both of which name every path that there is', async () => {
    const description = JSON.parse((await ask('Riley', '/openapi.json')).text);
    assert.match(description.openapi, /^3\.1\./);
    const page = await ask('Riley', '/v1/docs');
    assert.equal(page.type, 'text/html; charset=utf-8');
    for (const [path, operations] of Object.entries(description.paths)) {
      assert.ok(page.text.includes(path), `${path} is on the page`);
      const options = await ask('Riley', path.replace('{id}', 'x'), { method: 'OPTIONS' });
      assert.equal(options.status, 204);
      const allowed = options.headers.get('allow').toLowerCase().split(', ').filter((method) => !['head', 'options'].includes(method));
      assert.deepEqual(allowed.sort(), Object.keys(operations).sort(), path);
    }
    assert.equal((await ask('Riley', '/', { redirect: 'manual' })).headers.get('location'), '/v1/docs');
  });

  it('has a page whose every command works', async () => {
    const { text } = await ask('Riley', '/v1/docs');
    const plain = (html) => html.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    const commands = [...text.matchAll(/<pre>([^<]*)<\/pre>/g)].map(([, html]) => plain(html));
    assert.ok(commands.length >= 17);
    for (const command of commands) {
      const here = command.replaceAll('HOST:PORT', `127.0.0.1:${herd.servers.Riley.ports.http}`);
      const endless = /\/v1\/(live|ws)\?/.test(command);
      // Feeds go on until curl is tired of them: what came of them is its status.
      const { stdout } = await execute('bash', ['-c', `${here} -sS -o /dev/null -w '%{http_code}' --max-time ${endless ? 1 : 20} 2>/dev/null || true`]);
      assert.match(stdout, /^(101|200|204)$/, command);
    }
  });

  it('answers in GeoJSON only to who likes that best', async () => {
    const client = newClient();
    await ask('Riley', `/v1/clients/${client}`, { method: 'PUT', body: '{"lat":1,"lon":2}' });
    const answers = async (accept) => {
      const { type, headers } = await ask('Riley', `/v1/clients/${client}`, { headers: { accept } });
      return `${type}, varies by ${headers.get('vary')}`;
    };
    for (const accept of ['application/geo+json;q=0, */*', 'application/geo+json;q=0.5, application/json', '*/*']) {
      assert.equal(await answers(accept), 'application/json, varies by Accept', accept);
    }
    for (const accept of ['application/geo+json', 'application/geo+json, */*;q=0.1']) {
      assert.equal(await answers(accept), 'application/geo+json, varies by Accept', accept);
    }
  });

  it('tells who asks for a head what a GET would be answered with, and changes nothing', async () => {
    const live = await curl('-I', url('Riley', '/v1/live?clients=a'));
    assert.match(live, /^HTTP\/1\.1 200 OK\r\n.*Content-Type: text\/event-stream\r\n/s);
    assert.doesNotMatch(live, /Content-Length/i);
    assert.match(await curl('-I', url('Riley', '/v1/docs')), /^HTTP\/1\.1 200 OK\r\n.*Content-Length: [1-9]/s);
  });

  it('tells what may be asked of it, of its root and of paths for tracker apps', async () => {
    const allowed = async (...words) => (await curl('-D', '-', '-o', '/dev/null', ...words)).match(/^HTTP\/1\.1 (\d+)[^]*\r\nAllow: (.*)\r\n/).slice(1).join(' ');
    assert.equal(await allowed('-X', 'OPTIONS', '--request-target', '*', url('Riley', '/')), '204 GET, HEAD, POST, PUT, DELETE, OPTIONS');
    assert.equal(await allowed('-X', 'OPTIONS', url('Riley', '/')), '204 GET, HEAD, POST, OPTIONS');
    assert.equal(await allowed('-X', 'DELETE', url('Riley', '/')), '405 GET, HEAD, POST, OPTIONS');
    assert.equal(await allowed('-X', 'OPTIONS', url('Riley', '/pub')), '204 POST, OPTIONS');
  });

  it('has metrics that promtool finds nothing wrong with', async () => {
    const { type, text } = await ask('Riley', '/metrics');
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(text, /^proxyherd_link_up\{peer="Juzang"\} 1$/m);
    const checked = execute('promtool', ['check', 'metrics']);
    checked.child.stdin.end(text);
    const { stdout, stderr } = await checked;
    assert.equal(stdout + stderr, '');
  });

  it('is alive and ready, and says so', async () => {
    assert.deepEqual(await ask('Riley', '/livez').then(({ status, text }) => [status, text]), [200, 'alive\n']);
    await eventually('Riley is ready', async () => (await ask('Riley', '/readyz')).text === 'ready\n');
  });

  it('waits for its neighbours when it begins, but not for ever', async () => {
    await herd.servers.Riley.stop();
    await herd.servers.Juzang.stop();
    await herd.servers.Riley.start();
    const first = await ask('Riley', '/readyz');
    assert.equal(first.status, 503);
    assert.match(JSON.parse(first.text).detail, /^(waiting for Juzang|this server has just begun)$/);
    await eventually('Riley waits no longer', async () => (await ask('Riley', '/readyz')).status === 200, 20);
  });

  it('says plainly what is wrong, in every way that a request can be', async () => {
    const refusals = [
      ['GET', '/v1/clients?near=1', null, 400, /near is "1"/],
      ['PUT', '/v1/clients/p', '{"lat":1', 400, /no JSON/],
      ['PUT', '/v1/clients/p', `{"lat":${'['.repeat(10_000)}`, 400, /nested more than 16 deep/],
      ['PUT', '/v1/clients/p', Buffer.from([...Buffer.from('{"lat":"'), 0xff, ...Buffer.from('"}')]), 400, /no UTF-8/],
      ['PUT', '/v1/clients/p', '{"lat":1e400,"lon":2}', 400, /latitude/],
      ['PUT', '/v1/clients/p', `{"lat":1,"lon":2,"others":{"x":"${'x'.repeat(20_000)}"}}`, 413, /./],
      ['GET', '/v1/nothing', null, 404, /nothing at \/v1\/nothing/],
      ['DELETE', '/v1/clients', null, 405, /takes GET, HEAD, OPTIONS, not DELETE/],
      ['GET', '/v1/ws?clients=a', null, 426, /WebSocket/],
    ];
    for (const [method, path, body, status, detail] of refusals) {
      const answer = await ask('Riley', path, { method, ...(body !== null && { body }) });
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
      assert.equal(answer.type, 'application/problem+json');
      const problem = JSON.parse(answer.text);
      assert.equal(problem.status, status);
      assert.match(problem.detail, detail);
    }
  });
});
