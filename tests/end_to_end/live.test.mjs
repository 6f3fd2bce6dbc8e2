// Live feeds as programs and browsers follow them: curl, and EventSource and WebSocket of Chromium.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fromNow } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { chain, describeHerd, freePorts } from './herd.mjs';
import { newClient, report } from './report.mjs';
import { ServerProcess, runProxyherd } from './server_process.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

function start(command, words) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  running.add(child);
  child.ended = new Promise((resolve) => child.on('close', () => resolve(running.delete(child))));
  child.text = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (child.text += text));
  return child;
}

async function end(child) {
  child.kill('SIGKILL');
  await child.ended;
}

/// The events of an event stream so far.
function events(text) {
  return text.split('\n\n').slice(0, -1).map((block) => {
    const event = {};
    for (const line of block.split('\n')) {
      const [, name, value] = /^([^:]*): ?(.*)$/.exec(line);
      event[name] = name === 'data' ? JSON.parse(value) : value;
    }
    return event;
  });
}

/// Whom a subscriber who was told this knows to be where: client -> "lat,lon".
function known(messages) {
  const clients = new Map();
  for (const message of messages) {
    if (message.type === 'snapshot' && message.part === 1) clients.clear();
    for (const { client, lat, lon } of message.clients ?? message.moved ?? []) clients.set(client, `${lat},${lon}`);
    for (const client of message.left ?? []) clients.delete(client);
  }
  return Object.fromEntries(clients);
}

/// A page in Chromium that runs `script`, in which tell(message) brings a message back here. What it asks for at /v1/
/// goes to the server's HTTP port `port`, as through a proxy before it: pages of other origins may not follow anyone.
class Browser {
  messages = [];
  sockets = new Set();

  static async open(port, script) {
    const browser = new Browser();
    const page = http.createServer((request, response) => {
      response.setHeader('Connection', 'close');
      if (request.method === 'GET') {
        response.setHeader('Content-Type', 'text/html');
        response.end(request.url === '/' ? `<!doctype html><script>
          let told = Promise.resolve();
          const tell = (message) => (told = told.then(() => fetch('/', { method: 'POST', body: JSON.stringify(message) })));
          ${script}</script>` : '');
        return;
      }
      let body = '';
      request.setEncoding('utf8').on('data', (text) => (body += text)).on('end', () => {
        browser.messages.push(JSON.parse(body));
        response.end();
      });
    });
    browser.site = net.createServer((socket) => {
      browser.sockets.add(socket);
      socket.on('error', () => {}).on('close', () => browser.sockets.delete(socket));
      socket.once('data', (bytes) => {
        const head = bytes.toString('latin1');
        socket.pause();
        // Closed behind a refusal, or the browser would send there what is for the page.
        socket.unshift(Buffer.from(head.replace('Connection: keep-alive', 'Connection: close'), 'latin1'));
        if (!head.startsWith('GET /v1/')) {
          page.emit('connection', socket);
          socket.resume();
          return;
        }
        const server = net.connect({ port, host: '127.0.0.1' });
        server.on('error', () => {}).on('close', () => socket.destroy());
        socket.on('close', () => server.destroy());
        socket.pipe(server).pipe(socket);
      });
    });
    await new Promise((resolve) => browser.site.listen(0, '127.0.0.1', resolve));
    browser.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium-'));
    browser.process = start('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
      '--disable-dev-shm-usage', `--user-data-dir=${browser.folder}`, '--remote-debugging-port=0',
      `http://127.0.0.1:${browser.site.address().port}/`]);
    return browser;
  }

  async close() {
    await end(this.process);
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.site.close(resolve));
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

describeHerd('live feeds', { topology: chain('Riley', 'Juzang'), threads: 2 }, (herd) => {
  const url = (server, query) => `http://127.0.0.1:${herd.servers[server].ports.http}/v1/live?${query}`;
  const say = (server, client, location, time = fromNow(0)) => report(herd.servers[server], { client, location, time });
  const forget = (server, client) =>
    fetch(`http://127.0.0.1:${herd.servers[server].ports.http}/v1/clients/${client}`, { method: 'DELETE' });
  const curl = (...words) => start('curl', ['-sSN', ...words]);
  const cleanups = [];
  after(() => Promise.all(cleanups.map((cleanup) => cleanup())));

  it('tell curl who is there, who moves and who leaves, whichever server hears it', async () => {
    const [a, b] = [newClient(), newClient()];
    await say('Riley', a, '+10.5+10.5');
    const feed = curl(url('Riley', 'bbox=10,10,11,11'));
    await eventually('the snapshot', () => events(feed.text).some(({ event }) => event === 'snapshot'));
    assert.ok(feed.text.startsWith('retry: 1000\n\nevent: snapshot\nid: '), feed.text);
    await say('Juzang', b, '+10.6+10.6');
    await say('Juzang', a, '+10.7+10.7');
    await eventually('the changes', () => {
      const clients = known(events(feed.text).flatMap(({ data }) => data ?? []));
      return clients[a] === '10.7,10.7' && clients[b] === '10.6,10.6';
    });
    await say('Juzang', a, '+12+10.7');
    await forget('Juzang', b);
    await eventually('both have left', () => Object.keys(known(events(feed.text).flatMap(({ data }) => data ?? []))).length === 0);
    await end(feed);
  });

  it('go on where an earlier one ended', async () => {
    const [a, b] = [newClient(), newClient()];
    await say('Riley', a, '+20.5+20.5');
    await say('Riley', b, '+20.5+20.5');
    const first = curl(url('Riley', `bbox=20,20,21,21`));
    await eventually('the snapshot', () => events(first.text).at(-1)?.data?.complete);
    const { id } = events(first.text).at(-1);
    await end(first);
    await say('Riley', a, '+20.6+20.6');
    await say('Riley', b, '+22+20.6');
    const second = curl('-H', `Last-Event-ID: ${id}`, url('Riley', 'bbox=20,20,21,21'));
    await eventually('the changes', () => events(second.text).some(({ data }) => data));
    const [, { event, data }] = events(second.text);
    assert.equal(event, 'changes');
    assert.deepEqual(data.moved.map(({ client, lat }) => [client, lat]), [[a, 20.6]]);
    assert.deepEqual(data.left, [b]);
    await end(second);

    const stranger = curl('-H', 'Last-Event-ID: 1234.5-6', url('Riley', 'bbox=20,20,21,21'));
    await eventually('a snapshot', () => events(stranger.text).some(({ event: kind }) => kind === 'snapshot'));
    await end(stranger);
  });

  it('give ten batches a second at the most, with the newest of each client', async () => {
    const client = newClient();
    await say('Riley', client, '+30.5+30.5');
    const feed = curl(url('Riley', `clients=${client}`));
    await eventually('the snapshot', () => events(feed.text).some(({ data }) => data));
    const began = performance.now();
    // Each later than the one before, though the clock here has milliseconds only.
    for (let i = 0; i < 300; ++i) await say('Riley', client, `+30.5+30.${1000 + i}`, fromNow((i + 1) / 1000));
    await eventually('the last', () => known(events(feed.text).flatMap(({ data }) => data ?? []))[client] === '30.5,30.1299');
    const batches = events(feed.text).filter(({ event }) => event === 'changes').length;
    assert.ok(batches <= (performance.now() - began) / 100 + 2, `${batches} batches`);
    await end(feed);
  });

  it('hold nothing up for who does not read, and tell him the newest when he does', async () => {
    const clients = Array.from({ length: 500 }, () => newClient('slow'));
    const slow = net.connect({ port: herd.servers.Riley.ports.http, host: '127.0.0.1' });
    cleanups.push(() => slow.destroy());
    slow.write('GET /v1/live?bbox=40,40,41,41 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    let text = '';
    slow.setEncoding('utf8').on('data', (more) => (text += more));
    await eventually('the snapshot', () => text.includes('"complete":true'));
    slow.pause();
    const line = (client, i) => `IAMAT ${client} +40.5+40.${100 + i} ${fromNow(i / 1000)}\n`;
    for (let i = 0; i < 150; ++i) {
      const answers = await herd.servers.Riley.ask(clients.map((client) => line(client, i)).join(''));
      assert.equal(answers.split('\n').length, clients.length + 1);
    }
    const sentBefore = text.length;
    slow.resume();
    const data = () => text.split('\n').filter((row) => row.startsWith('data: ')).map((row) => {
      try {
        return JSON.parse(row.slice(6));
      } catch {
        return {}; // the end of it is still to come
      }
    });
    await eventually('all of the newest', () => {
      const places = known(data());
      return clients.every((client) => places[client] === '40.5,40.249');
    }, 30);
    const all = 150 * clients.length * 100;
    assert.ok(text.length - sentBefore < all, `${text.length - sentBefore} bytes, where all changes would be over ${all}`);
    slow.destroy();
  });

  it('are followed by a browser with EventSource, which goes on by itself', async () => {
    const client = newClient();
    await say('Riley', client, '+50.5+50.5');
    const browser = await Browser.open(herd.servers.Riley.ports.http, `
      const source = new EventSource('/v1/live?bbox=50,50,51,51');
      source.onopen = () => tell({ type: 'open' });
      for (const type of ['snapshot', 'changes']) source.addEventListener(type, (event) => tell(JSON.parse(event.data)));`);
    cleanups.push(() => browser.close());
    await eventually('the snapshot', () => known(browser.messages)[client] === '50.5,50.5', 60);
    await say('Juzang', client, '+50.6+50.6');
    await eventually('the change', () => known(browser.messages)[client] === '50.6,50.6', 30);
    await herd.servers.Riley.stop();
    await say('Juzang', client, '+50.7+50.7');
    await herd.start(['Riley']);
    await eventually('the newest of a new life', () => known(browser.messages)[client] === '50.7,50.7', 60);
    assert.ok(browser.messages.filter(({ type }) => type === 'open').length >= 2);
    assert.equal(browser.messages.findLast(({ type }) => type === 'snapshot').part, 1);
    await say('Riley', client, '+52+50.7');
    await eventually('it has left', () => known(browser.messages)[client] === undefined, 30);
  });

  it('are followed by a browser with WebSocket, which may ask for others', async () => {
    const [a, b] = [newClient(), newClient()];
    await say('Riley', a, '+60.5+60.5');
    await say('Riley', b, '+61.5+60.5');
    const browser = await Browser.open(herd.servers.Riley.ports.http, `
      const socket = new WebSocket('ws://' + location.host + '/v1/ws?near=60.5,60.5&radius=1000');
      socket.onclose = ({ code, wasClean }) => tell({ type: 'closed', code, wasClean });
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        tell(message);
        if (message.type === 'changes' && message.moved[0]?.lat === 60.501) socket.send('{"nearby":1}');
        if (message.type === 'error') socket.send(JSON.stringify({ clients: [${JSON.stringify(b)}] }));
        if (message.left?.includes(${JSON.stringify(b)})) socket.close(1000, 'enough');
      };`);
    cleanups.push(() => browser.close());
    await eventually('the snapshot', () => known(browser.messages)[a] === '60.5,60.5', 60);
    await say('Juzang', a, '+60.501+60.5');
    await eventually('the other snapshot', () => known(browser.messages)[b] === '61.5,60.5', 30);
    assert.equal(known(browser.messages)[a], undefined);
    assert.match(browser.messages.find(({ type }) => type === 'error').detail, /^"nearby" is not understood/);
    await forget('Riley', b);
    await eventually('it was closed in order', () => browser.messages.some(({ type, code, wasClean }) =>
      type === 'closed' && code === 1000 && wasClean), 30);
  });
});

describe('live feeds of a server with tokens', { timeout: 240_000 }, () => {
  it('are followed by a browser with a token in the address, which is written down nowhere', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-'));
    const [line, peer, http] = await freePorts(3);
    const configFile = path.join(folder, 'herd.toml');
    fs.writeFileSync(configFile, ['[herd]', 'name = "x"', '[[server]]', 'id = "Alone"', `line = "127.0.0.1:${line}"`,
      `peer = "127.0.0.1:${peer}"`, `http = "127.0.0.1:${http}"`, '[auth]', 'tokens = "tokens.toml"', ''].join('\n'));
    const told = await runProxyherd(['token', 'new', '--client', '*', '--may', 'read', '--config', configFile]);
    const [token] = /ph_[\w-]{43}/.exec(told);
    const data = path.join(folder, 'data', 'Alone');
    const server = new ServerProcess({ name: 'Alone', configFile, ports: { line, peer, http }, data });
    let browser;
    try {
      await server.start();
      const client = newClient();
      await report(server, { client, location: '+70.5+70.5', time: fromNow(0) });
      browser = await Browser.open(http, `
        const query = '?bbox=70,70,71,71&access_token=';
        const follow = (token) => {
          const source = new EventSource('/v1/live' + query + token);
          source.onerror = () => tell({ type: 'refused', by: '/v1/live', state: source.readyState });
          source.addEventListener('snapshot', ({ data }) => tell({ by: '/v1/live', ...JSON.parse(data) }));
          const socket = new WebSocket('ws://' + location.host + '/v1/ws' + query + token);
          socket.onclose = ({ code }) => tell({ type: 'refused', by: '/v1/ws', code });
          socket.onmessage = ({ data }) => tell({ by: '/v1/ws', ...JSON.parse(data) });
        };
        follow(${JSON.stringify(token)});
        follow('ph_wrong');`);
      for (const feed of ['/v1/live', '/v1/ws']) {
        await eventually(`a snapshot at ${feed}`, () => known(browser.messages.filter(({ by }) => by === feed))[client], 60);
      }
      const refusals = () => browser.messages.filter(({ type }) => type === 'refused');
      await eventually('the wrong token is refused twice', () => refusals().length >= 2, 30);
      assert.deepEqual(refusals().find(({ by }) => by === '/v1/live'), { type: 'refused', by: '/v1/live', state: 2 });
      assert.deepEqual(refusals().find(({ by }) => by === '/v1/ws'), { type: 'refused', by: '/v1/ws', code: 1006 });

      const elsewhere = await fetch(`http://127.0.0.1:${http}/v1/clients?near=70.5,70.5&access_token=${token}`,
        { headers: { Authorization: `Bearer ${token}` } });
      assert.equal(elsewhere.status, 400);
      const { detail } = await elsewhere.json();
      assert.match(detail, /^\/v1\/clients has no parameter "access_token"/);
      await server.stop();
      assert.match(server.log(), /GET \/v1\/live/);
      for (const text of [server.log(), detail]) assert.ok(!text.includes(token));
    } finally {
      await browser?.close();
      await server.kill();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
