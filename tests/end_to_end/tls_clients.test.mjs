// TLS on the ports of clients: curl, openssl s_client and Node's own, with certificates that openssl makes.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { eventually, within } from './eventually.mjs';
import { freePorts } from './herd.mjs';
import { LineClient } from './line_client.mjs';
import { ServerProcess, binary } from './server_process.mjs';

function openssl(folder, ...args) {
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8', timeout: 20_000 });
  assert.equal(status, 0, stderr);
}

/// A CA of its own in the folder: NAME.crt and NAME.key.
function makeCa(folder, name) {
  openssl(folder, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
    '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`);
}

/// A certificate of that CA for `commonName`: NAME.crt and NAME.key, of which nobody else can read the key.
function issue(folder, ca, name, commonName = name, names = 'IP:127.0.0.1,DNS:localhost') {
  openssl(folder, 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${commonName}`,
    '-addext', `subjectAltName=${names}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  openssl(folder, 'x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial',
    '-days', '20', '-copy_extensions', 'copy', '-out', `${name}.crt`);
  fs.chmodSync(path.join(folder, `${name}.key`), 0o600);
}

/// One server with TLS for its clients, all of it in a temporary folder.
class TlsServer {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-tls-clients-'));

  /// `names`: what the server's certificate is for.
  async make(more = '', names = undefined) {
    for (const ca of ['web-ca', 'clients-ca', 'other-ca']) makeCa(this.folder, ca);
    issue(this.folder, 'web-ca', 'Alone', 'Alone', names);
    issue(this.folder, 'clients-ca', 'phone', 'phone-7');
    issue(this.folder, 'other-ca', 'stranger', 'phone-7');
    const [line, peer, http, trackers] = await freePorts(4);
    this.ports = { line, peer, http, trackers };
    fs.writeFileSync(this.file('herd.toml'), [
      '[herd]', 'name = "coast"', '[[server]]', 'id = "Alone"', `line = "127.0.0.1:${line}"`, `peer = "127.0.0.1:${peer}"`,
      `http = "127.0.0.1:${http}"`, `trackers = "127.0.0.1:${trackers}"`, '[tls]', 'clients = "."', more, ''].join('\n'));
    this.server = new ServerProcess({ name: 'Alone', configFile: this.file('herd.toml'), ports: this.ports,
      data: this.file('data/Alone') });
    return this;
  }

  file(name) {
    return path.join(this.folder, name);
  }

  read(name) {
    return fs.readFileSync(this.file(name));
  }

  check() {
    return spawnSync(binary, ['check-config'], { cwd: this.folder, encoding: 'utf8', timeout: 20_000 });
  }

  async stop() {
    await this.server.stop();
    fs.rmSync(this.folder, { recursive: true });
  }
}

/// What curl prints, or what it complains of.
async function curl(...args) {
  const child = spawn('curl', ['-sS', '--max-time', '20', ...args]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece) => (text += piece));
  await new Promise((resolve) => child.on('close', resolve));
  return text;
}

/// How one of our own tools fares in the server's folder, where herd.toml is.
async function tool(server, args, { input = '', env = {} } = {}) {
  const child = spawn(binary, args, { cwd: server.folder, env: { ...process.env, ...env }, timeout: 60_000 });
  const heard = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (piece) => (heard[stream] += piece));
  child.stdin.on('error', () => {}); // it may not have asked for any
  child.stdin.end(input);
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { status, ...heard };
}

const way = '<gpx><trk><name>way</name><trkseg>' + [1, 2, 3].map((second) =>
  `<trkpt lat="${second}" lon="1"><time>2020-01-01T00:00:0${second}Z</time></trkpt>`).join('') + '</trkseg></trk></gpx>';

/// What openssl s_client hears when it says `lines`, and what it says itself.
async function sClient(port, lines, ...args) {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', '-no_ign_eof', ...args]);
  let heard = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece) => (heard += piece));
  child.stdin.on('error', () => {}); // it may have been refused
  child.stdin.write(lines);
  await eventually('an answer or the end', () => /^(AT|\?) .*\n/m.test(heard) || child.exitCode !== null);
  child.kill();
  return heard;
}

describe('TLS for clients', { timeout: 120_000 }, () => {
  const alone = new TlsServer();
  const { file } = alone;
  const ca = () => alone.file('web-ca.crt');
  before(async () => {
    await alone.make();
    await alone.server.start();
  });
  after(() => alone.stop());

  const connect = (port, options = {}) => new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca: alone.read('web-ca.crt'), ...options });
    socket.once('secureConnect', () => resolve(socket)).once('error', reject);
  });
  /// What comes until the other side closes.
  const hear = (socket) => within(10, 'the end', new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (piece) => (text += piece)).on('error', () => {});
    socket.on('close', () => resolve(text));
  }));
  const get = (fields = '') => `GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n${fields}\r\n`;

  it('curl trusts the certificate and gets its answer, of TLS 1.3 and 1.2, at both HTTP ports', async () => {
    for (const port of [alone.ports.http, alone.ports.trackers]) {
      for (const options of [[], ['--tls-max', '1.2']]) {
        const status = await curl('--cacert', ca(), ...options, `https://127.0.0.1:${port}/v1/status`);
        assert.equal(JSON.parse(status).server, 'Alone');
      }
    }
    assert.match(await curl(`https://127.0.0.1:${alone.ports.http}/v1/status`), /certificate/i);
  });

  it('curl negotiates HTTP/1.1 by ALPN, and who speaks nothing that is spoken here is told so', async () => {
    const verbose = await curl('-v', '--http2', '--cacert', ca(), `https://127.0.0.1:${alone.ports.http}/v1/status`);
    assert.match(verbose, /ALPN.*accepted.*http\/1\.1/);
    await assert.rejects(connect(alone.ports.http, { ALPNProtocols: ['h2'] }));
  });

  it('keeps the connection, and answers what comes byte by byte or a thousand at a time', async () => {
    const socket = await connect(alone.ports.http);
    const heard = hear(socket);
    for (const byte of get()) socket.write(byte);
    socket.write(get().repeat(999) + get('Connection: close\r\n'));
    const text = await heard;
    assert.equal(text.split('HTTP/1.1 200 OK\r\n').length, 1 + 1001);
  });

  it('takes a body of many TLS records', async () => {
    const socket = await connect(alone.ports.http);
    const heard = hear(socket);
    const reports = '{"client":"kiwi","lat":34.068930,"lon":-118.445127}\n'.repeat(20_000);
    socket.write(`POST /v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${reports.length}\r\nConnection: close\r\n\r\n${reports}`);
    assert.match(await heard, /^HTTP\/1\.1 200 OK\r\n[^]*"accepted":20000,"refused":0/);
  });

  it('brings requests to their end when the server is told to stop', async () => {
    const [idle, slow] = [await connect(alone.ports.http), await connect(alone.ports.http)];
    const heard = [idle, slow].map(hear);
    const spoken = [idle, slow].map((socket) => new Promise((resolve) => socket.once('data', resolve)));
    idle.write(get());
    slow.write('PUT /v1/clients/kiwi HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 19\r\nExpect: 100-continue\r\n\r\n');
    await Promise.all(spoken);
    const stopped = alone.server.stop();
    assert.match(await heard[0], /^HTTP\/1\.1 200 OK\r\n/);
    slow.write('{"lat":10,"lon":20}');
    assert.match(await heard[1], /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n/);
    await stopped;
    await alone.server.start();
  });

  it('serves the line protocol', async () => {
    const socket = await connect(alone.ports.line);
    const heard = hear(socket);
    socket.end('IAMAT kiwi +34.068930-118.445127 1621464827.959498503\nWHATSAT kiwi 0 0\nnonsense\n');
    const text = await heard;
    assert.match(text, /^AT Alone \S+ kiwi \+34\.068930-118\.445127 1621464827\.959498503\n/);
    assert.match(text, /\n\? nonsense\n$/);
  });

  it('takes and gives more than sockets hold', async () => {
    const socket = await connect(alone.ports.line);
    const heard = hear(socket);
    const count = 100_000;
    socket.end('IAMAT kiwi +34.068930-118.445127 1621464827.959498503\n'.repeat(count));
    assert.equal((await heard).split('\n').length, count + 1);
  });

  it('tells plain HTTP to use https', async () => {
    const url = `http://127.0.0.1:${alone.ports.http}/v1/status`;
    const text = await curl('-i', url);
    assert.match(text, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(text, /"detail":"this port speaks TLS: use https:\/\/"/);
    assert.match(text, /Connection: close/);
  });

  it('tells a plain line client, too', async () => {
    const client = await LineClient.connect(alone.ports.line);
    let text = '';
    client.socket.on('data', (piece) => (text += piece));
    client.socket.write('IAMAT kiwi +1+1 5\n');
    await eventually('it is told', () => text === '? this port speaks TLS\n');
    client.socket.destroy();
  });

  it('shows the new certificate after SIGHUP, and loses no connection', async () => {
    const { http, line } = alone.ports;
    const before = await connect(http);
    const beforeLine = await connect(line);
    const shown = before.getPeerCertificate().serialNumber;
    issue(alone.folder, 'web-ca', 'Alone');
    alone.server.child.kill('SIGHUP');
    const again = async (port) => {
      const socket = await connect(port);
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    for (const port of [http, line]) await eventually('the new one is shown', async () => (await again(port)) !== shown);
    for (const [socket, request, answer] of [
      [before, get('Connection: close\r\n'), /^HTTP\/1\.1 200 OK/], [beforeLine, 'nonsense\n', /^\? nonsense/]]) {
      const heard = hear(socket);
      socket.write(request);
      if (socket === beforeLine) socket.end();
      assert.match(await heard, answer);
    }
  });

  it('keeps the certificate it has if SIGHUP finds none that will do, and check-config says what is wrong', async () => {
    const good = alone.read('Alone.crt');
    for (const [bad, reason] of [
      [Buffer.from('no PEM'), /Alone\.crt: holds no certificate as PEM/],
      [alone.read('phone.crt'), /Alone\.crt and .*Alone\.key do not belong together/],
      [null, /Alone\.crt: cannot be read: No such file or directory/]]) {
      if (bad) fs.writeFileSync(alone.file('Alone.crt'), bad);
      else fs.rmSync(alone.file('Alone.crt'));
      const logged = alone.server.log().length;
      alone.server.child.kill('SIGHUP');
      await eventually('the log says why', () => alone.server.log().slice(logged).split('\n').some((line) =>
        /error certificates for clients not read, the ones before stay in use: /.test(line) && reason.test(line)));
      const checked = alone.check();
      assert.equal(checked.status, 2);
      assert.match(checked.stderr, reason);
      assert.equal(JSON.parse(await curl('--cacert', ca(), `https://127.0.0.1:${alone.ports.http}/v1/status`)).server, 'Alone');
    }
    fs.writeFileSync(alone.file('Alone.crt'), good);
    fs.chmodSync(alone.file('Alone.key'), 0o644);
    assert.match(alone.check().stderr, /Alone\.key: every user of this machine can read it/);
    fs.chmodSync(alone.file('Alone.key'), 0o600);
    const checked = alone.check();
    assert.equal(checked.stderr, '');
    assert.match(checked.stdout, /line, http and trackers ports are TLS, with certificates in .*, valid\n {2}Alone until /);
  });

  it('goes on in a live feed, with what came behind the request, too', async () => {
    const socket = await connect(alone.ports.http);
    let heard = '';
    socket.setEncoding('latin1').on('data', (piece) => (heard += piece)).on('error', () => {});
    const ping = '\x89\x84\0\0\0\0ping';
    socket.write('GET /v1/ws?bbox=10,10,11,11 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n${ping}`, 'latin1');
    await eventually('a pong and a snapshot', () => heard.includes('\x8a\x04ping') && heard.includes('"complete":true'));
    socket.write(ping, 'latin1');
    await eventually('another pong', () => heard.split('\x8a\x04ping').length === 3);
    assert.match(await curl('--cacert', ca(), '-X', 'PUT', '-d', '{"lat":10.5,"lon":10.5}',
      `https://127.0.0.1:${alone.ports.http}/v1/clients/live-tls`), /live-tls/);
    await eventually('the change', () => heard.includes('"client":"live-tls"'));
    const closed = within(10, 'the end', new Promise((resolve) => socket.on('close', resolve)));
    socket.write('\x88\x82\0\0\0\0\x03\xe8', 'latin1');
    await closed;
  });

  it('outlives rubbish in and after the handshake', async () => {
    for (const bytes of [Buffer.from('160301', 'hex'), Buffer.concat([Buffer.from('16030100ff', 'hex'), Buffer.alloc(5000, 1)])]) {
      for (const port of [alone.ports.http, alone.ports.line]) {
        const client = await LineClient.connect(port);
        client.socket.on('error', () => {});
        client.end(bytes);
        await eventually('it is closed', () => client.closed);
      }
    }
    assert.equal(JSON.parse(await curl('--cacert', ca(), `https://127.0.0.1:${alone.ports.http}/v1/status`)).server, 'Alone');
    assert.match(alone.server.log(), /warning (HTTP|line) port: 127\.0\.0\.1:\d+ refused: TLS: /);
  });
});

describe('a port for trackers that clients_on leaves out', { timeout: 120_000 }, () => {
  const alone = new TlsServer();
  before(async () => {
    await alone.make('clients_on = ["http"]');
    await alone.server.start();
  });
  after(() => alone.stop());

  it('is plain beside https, also after SIGHUP, and check-config warns of it', async () => {
    const report = (time) => curl('-o', '/dev/null', '-w', '%{http_code}', '-X', 'POST',
      `http://127.0.0.1:${alone.ports.trackers}/?id=van&lat=47.1&lon=9.5&timestamp=${time}`);
    assert.equal(await report(1621464827), '200');
    alone.server.child.kill('SIGHUP');
    await eventually('it is read again', () => alone.server.log().split('certificate for clients read').length === 3);
    assert.equal(await report(1621464828), '200');
    assert.match(await curl('--cacert', alone.file('web-ca.crt'), `https://127.0.0.1:${alone.ports.http}/v1/clients/van`), /"van"/);
    const { stdout } = alone.check();
    assert.match(stdout, /^http ports are TLS, /m);
    assert.match(stdout, /^warning: herd\.toml:8: the trackers port of Alone is plain beside https; /m);
  });
});

describe('our own tools and servers that speak TLS', { timeout: 240_000 }, () => {
  const alone = new TlsServer();
  before(async () => {
    // Nobody who follows names would believe this one at 127.0.0.1.
    await alone.make('', 'DNS:herd.example.org');
    fs.writeFileSync(alone.file('way.gpx'), way);
    await alone.server.start();
  });
  after(() => alone.stop());
  const address = () => `127.0.0.1:${alone.ports.line}`;

  it('status, send, replay and bench need nothing but herd.toml', async () => {
    const status = await tool(alone, ['status', '--json']);
    assert.equal(status.stderr, '');
    assert.equal(JSON.parse(status.stdout)[0].status.server, 'Alone');
    const sent = await tool(alone, ['send', 'Alone', 'IAMAT', 'kiwi', '+34.068930-118.445127', '1621464827.959498503']);
    assert.match(sent.stdout, /^AT Alone \S+ kiwi \+34\.068930-118\.445127 1621464827\.959498503\n$/);
    assert.deepEqual([sent.status, sent.stderr], [0, '']);
    const replayed = await tool(alone, ['replay', 'way.gpx', '--to', 'Alone', '--speed', 'max', '--json']);
    assert.equal(JSON.parse(replayed.stdout).answered, 3);
    assert.deepEqual([replayed.status, replayed.stderr], [0, '']);
    for (const load of [['--pipeline', '1000'], ['--rate', '2000']]) {
      const bench = await tool(alone, ['bench', '--reports', '4000', '--warm-up', '0.2', '--clients', '2000', ...load, '--json']);
      assert.deepEqual([bench.status, bench.stderr], [0, '']);
      const { reports, refused, held } = JSON.parse(bench.stdout);
      assert.deepEqual([reports, refused, held.clients, held.lost], [4000, 0, 2000, 0]);
    }
  });

  it('send passes on more than sockets hold, both ways', async () => {
    const count = 100_000;
    const { status, stdout, stderr } = await tool(alone, ['send', 'Alone'],
      { input: 'IAMAT kiwi +34.068930-118.445127 1621464827.959498503\n'.repeat(count) });
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(stdout.split('\n').length, count + 1);
  });

  it('an address is spoken to with --tls, if an authority vouches for it under that name', async () => {
    const refusal = async (...options) => {
      const { status, stdout, stderr } = await tool(alone, ['send', ...options, address(), 'nonsense']);
      assert.deepEqual([status, stdout], [1, '']);
      return stderr.replace(address(), 'ADDRESS');
    };
    assert.equal(await refusal('--tls'), 'proxyherd: ADDRESS: its certificate ("Alone") is of no authority that is ' +
      'trusted; --ca FILE names the authority to trust\n');
    assert.equal(await refusal('--ca', 'web-ca.crt'), 'proxyherd: ADDRESS: its certificate ("Alone") is not for 127.0.0.1; ' +
      'use a name or an address that it is for\n');
    const good = new TlsServer();
    await good.make();
    await good.server.start();
    for (const host of ['localhost', '127.0.0.1']) {
      const { stdout } = await tool(good, ['send', '--ca', 'web-ca.crt', `${host}:${good.ports.line}`, 'nonsense']);
      assert.equal(stdout, '? nonsense\n');
    }
    await good.stop();
  });

  it('who speaks plainly to a port of TLS is told what to do', async () => {
    const remedy = 'it speaks TLS; add --tls for HOST:PORT, or see clients in [tls] of herd.toml for its servers\n';
    const say = async (...args) => {
      const { status, stderr } = await tool(alone, args);
      assert.equal(status, 1);
      return stderr.replaceAll(address(), 'ADDRESS');
    };
    assert.equal(await say('send', address(), 'nonsense'), `proxyherd: ADDRESS: ${remedy}`);
    assert.equal(await say('replay', 'way.gpx', '--to', address()),
      `replay: ADDRESS refused a report: ? this port speaks TLS\nreplay: ADDRESS: ${remedy}`);
    assert.equal(await say('bench', address()), `proxyherd: ADDRESS is no line port of a herd: ${remedy}`);
    const plain = fs.readFileSync(alone.file('herd.toml'), 'utf8').replace('[tls]\nclients = "."', '');
    fs.writeFileSync(alone.file('plain.toml'), plain);
    const { status, stdout } = await tool(alone, ['status', '--config', 'plain.toml']);
    assert.equal(status, 1);
    assert.match(stdout, /Alone +answers .* speaks TLS, of which herd\.toml knows nothing; clients in its \[tls\] says where/);
  });

  it('who wants TLS says nothing to a server that is plain in herd.toml', async () => {
    const plain = fs.readFileSync(alone.file('herd.toml'), 'utf8').replace('[tls]\nclients = "."', '');
    fs.writeFileSync(alone.file('plain.toml'), plain);
    const heard = [];
    await alone.server.stop();
    const listeners = [alone.ports.line, alone.ports.http].map((port) =>
      net.createServer((socket) => heard.push(socket.destroy().remotePort)).listen(port, '127.0.0.1'));
    for (const [args, option, port] of [
      [['send', 'Alone', 'X'], ['--tls'], 'line'],
      [['send', 'Alone', 'X'], ['--ca', 'none.crt'], 'line'],
      [['send', 'Alone', 'X'], ['--certificate', 'phone.crt', '--key', 'phone.key'], 'line'],
      [['replay', 'way.gpx', '--to', `${address()},Alone`], ['--ca', 'web-ca.crt'], 'line'],
      [['bench'], ['--ca', 'web-ca.crt'], 'line'],
      [['status'], ['--ca', 'none.crt'], 'http'],
      [['status', '--watch', '1'], ['--ca', 'web-ca.crt'], 'http'],
    ]) {
      const { status, stdout, stderr } = await tool(alone, [args[0], ...option, '--config', 'plain.toml', ...args.slice(1)],
        { env: { PROXYHERD_TOKEN: 'ph_secret' } });
      assert.deepEqual([status, stdout, stderr], [2, '', `proxyherd: ${option[0]}: the ${port} port of Alone, ` +
        `127.0.0.1:${alone.ports[port]}, is plain, as herd.toml has it; leave ${option[0]} out, or, if the port speaks TLS, ` +
        'add clients = "client-certs" in [tls] there\n']);
    }
    for (const listener of listeners) listener.close();
    assert.deepEqual(heard, []);
    await alone.server.start();
  });

  it('files that will not do are named', async () => {
    for (const [options, complaint] of [
      [['--ca', 'none.crt'], 'none.crt: no certificates can be read from it: No such file or directory; name a PEM file of the ' +
        'authorities to trust'],
      [['--ca', 'way.gpx'], 'way.gpx: no certificates can be read from it: no certificate or crl found; name a PEM file of the ' +
        'authorities to trust'],
      [['--certificate', 'way.gpx', '--key', 'phone.key'], 'way.gpx: no certificate can be read from it: no start line'],
      [['--certificate', 'phone.crt', '--key', 'Alone.key'], 'Alone.key: no key of phone.crt can be read from it: key values mismatch'],
    ]) {
      const { status, stderr } = await tool(alone, ['send', ...options, 'Alone', 'X']);
      assert.deepEqual([status, stderr], [2, `proxyherd: ${complaint}\n`]);
    }
  });

  it('send misses the answers that somebody between cuts off, whatever the end of the connection looks like', async () => {
    const options = { cert: alone.read('Alone.crt'), key: alone.read('Alone.key'), maxVersion: 'TLSv1.2', allowHalfOpen: true };
    const answers = tls.createServer(options, (socket) => {
      let heard = '';
      socket.on('error', () => {}).on('data', (bytes) => (heard += bytes));
      socket.on('end', () => socket.end(heard === 'ONE\nTWO\n' ? '? ONE\n' : '? what?\n'));
    });
    // TLS 1.2 shows which records are alerts: the one that says that this is the end does not get through.
    const cutter = net.createServer({ allowHalfOpen: true }, (socket) => {
      const beyond = net.connect({ port: answers.address().port, host: '127.0.0.1', allowHalfOpen: true });
      for (const end of [socket, beyond]) end.on('error', () => {});
      socket.pipe(beyond);
      let bytes = Buffer.alloc(0);
      beyond.on('data', (piece) => {
        bytes = Buffer.concat([bytes, piece]);
        while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt16BE(3)) {
          const end = 5 + bytes.readUInt16BE(3);
          if (bytes[0] === 21) cut.push(end);
          else socket.write(bytes.subarray(0, end));
          bytes = bytes.subarray(end);
        }
      });
      beyond.on('end', () => socket.end());
    });
    const cut = [];
    for (const server of [answers, cutter]) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const target = `127.0.0.1:${cutter.address().port}`;
    fs.writeFileSync(alone.file('cut.toml'), fs.readFileSync(alone.file('herd.toml'), 'utf8').replace(address(), target));
    const { status, stdout, stderr } = await tool(alone, ['send', '--config', 'cut.toml', 'Alone'], { input: 'ONE\nTWO\n' });
    for (const server of [answers, cutter]) server.close();
    assert.equal(cut.length, 1, 'the end was cut off');
    assert.deepEqual([status, stdout, stderr], [1, '? ONE\n', `proxyherd: the conversation with Alone at ${target} broke off with ` +
      '1 of 2 commands answered: the server closed the connection\n']);
  });

  it('bench says why it leaves out a server that runs and that it does not trust', async () => {
    const stranger = tls.createServer({ cert: alone.read('stranger.crt'), key: alone.read('stranger.key') });
    stranger.on('tlsClientError', () => {});
    await new Promise((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const line = `127.0.0.1:${stranger.address().port}`;
    fs.writeFileSync(alone.file('two.toml'), fs.readFileSync(alone.file('herd.toml'), 'utf8').replace('[tls]',
      `[[server]]\nid = "Other"\nline = "${line}"\npeer = "127.0.0.1:1"\n[tls]`));
    const args = ['bench', 'Alone', '--config', 'two.toml', '--reports', '200', '--warm-up', '0', '--clients', '100'];
    const people = await tool(alone, args);
    const machine = await tool(alone, [...args, '--json']);
    stranger.close();
    assert.deepEqual([people.status, people.stderr, machine.status, machine.stderr], [0, '', 0, '']);
    const [{ server, error }, ...more] = JSON.parse(machine.stdout).left_out;
    assert.deepEqual([server, more], ['Other', []]);
    assert.ok(error.startsWith(`Other at ${line}: its certificate ("phone-7") is of no authority that is trusted`), error);
    assert.ok(people.stdout.includes(`\nleft out: ${error}\n`), people.stdout);
  });

  /// Something else speaks TLS at this port, with a certificate of its own. `heard` gets what it hears.
  const impersonate = (port, heard) => new Promise((resolve) => {
    const server = tls.createServer({ cert: alone.read('stranger.crt'), key: alone.read('stranger.key') }, (socket) =>
      socket.on('data', (bytes) => heard.push(String(bytes))).on('error', () => {}));
    server.on('tlsClientError', () => heard.push('(gone in the handshake)'));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

  /// One of our tools at work, and what it has said by now.
  const start = (...args) => {
    const child = spawn(binary, args, { cwd: alone.folder, timeout: 60_000 });
    const running = { child, stdout: '', stderr: '', ended: new Promise((resolve) => child.on('close', resolve)) };
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (piece) => (running[stream] += piece));
    return running;
  };
  const renew = () => issue(alone.folder, 'web-ca', 'Alone', 'Alone', 'DNS:herd.example.org');

  it('status --watch goes on when the certificate has been renewed', async () => {
    const watching = start('status', '--watch', '0.1', '--json');
    const rounds = () => watching.stdout.split('\n').slice(0, -1).map((line) => JSON.parse(line)[0].ok);
    await eventually('it is up', () => rounds().at(-1));
    const logged = alone.server.log().length;
    renew();
    alone.server.child.kill('SIGHUP');
    await eventually('the server has read it', () => alone.server.log().slice(logged).includes('certificate for clients read'));
    const before = rounds().length;
    await eventually('it is up still', () => rounds().length > before + 2 && rounds().at(-1));
    watching.child.kill();
    await watching.ended;
    assert.equal(watching.stderr, '');
  });

  it('replay goes on after a restart with a renewed certificate, and says once that it does not trust an impostor', async () => {
    const reports = async () => JSON.parse((await tool(alone, ['status', '--json'])).stdout)[0].status.reports;
    const before = await reports();
    const driving = start('replay', 'way.gpx', '--to', 'Alone', '--loop', '--speed', '50');
    await eventually('it drives', async () => (await reports()) > before);
    await alone.server.stop();
    const heard = [];
    const impostor = await impersonate(alone.ports.line, heard);
    await eventually('it has called again and again', () => heard.length > 2);
    assert.deepEqual(heard, Array(heard.length).fill('(gone in the handshake)'));
    impostor.close();
    renew();
    await alone.server.start();
    await eventually('it drives again', async () => (await reports()) > 5);
    driving.child.kill('SIGTERM');
    assert.equal(await driving.ended, 0);
    assert.equal(driving.stderr.replace(/(Alone: ).*(; calling again)/, '$1gone$2'),
      'replay: Alone: gone; calling again\n' +
      'replay: Alone: its certificate ("phone-7") is neither that of ./Alone.crt nor of an authority that is trusted; if that ' +
      'file is new, the server reads it on SIGHUP; else --ca FILE names the authority to trust; calling again\n' +
      'replay: Alone: connected again\n');
  });

  it('a server that is not trusted is not called dead', async () => {
    fs.mkdirSync(alone.file('laptop'));
    for (const [from, to] of [['herd.toml', 'herd.toml'], ['stranger.crt', 'Alone.crt']]) {
      fs.copyFileSync(alone.file(from), alone.file(`laptop/${to}`));
    }
    const { status, stdout, stderr } = await tool(alone, ['status', '--config', 'laptop/herd.toml']);
    assert.deepEqual([status, stderr], [1, '']);
    assert.match(stdout, /^Alone +answers +- +- +- +127\.0\.0\.1:\d+: its certificate \("Alone"\) is neither that of laptop\/Alone\.crt nor /m);
  });

  it('an impostor is refused, and hears neither token nor line', async () => {
    await alone.server.stop();
    const heard = [];
    const impostors = await Promise.all([alone.ports.line, alone.ports.http].map((port) => impersonate(port, heard)));
    const env = { PROXYHERD_TOKEN: 'ph_secret' };
    const reason = 'its certificate ("phone-7") is neither that of ';
    const remedy = 'Alone.crt nor of an authority that is trusted; if that file is new, the server reads it on SIGHUP; else --ca FILE ' +
      'names the authority to trust';
    for (const args of [['send', 'Alone', 'X'], ['replay', 'way.gpx', '--to', 'Alone'], ['bench'], ['status']]) {
      const { status, stdout, stderr } = await tool(alone, args, { env });
      assert.equal(status, 1);
      assert.ok((stdout + stderr).includes(reason) && (stdout + stderr).includes(remedy), stdout + stderr);
    }
    for (const impostor of impostors) impostor.close();
    assert.deepEqual(heard, Array(4).fill('(gone in the handshake)'));
    await alone.server.start();
  });
});

describe('client certificates on the line port', { timeout: 120_000 }, () => {
  const alone = new TlsServer();
  before(async () => {
    await alone.make('line_clients_ca = "clients-ca.crt"\n[auth]\ntokens = "tokens.toml"\n');
    fs.writeFileSync(alone.file('tokens.toml'),
      '[[token]]\nname = "phone"\ncertificate = "phone-7"\nclients = ["phone-7", "bike-*"]\nmay = ["report", "read"]\n');
    fs.chmodSync(alone.file('tokens.toml'), 0o600);
    await alone.server.start();
  });
  after(() => alone.stop());

  const say = (lines, ...args) => sClient(alone.ports.line, lines, '-CAfile', alone.file('web-ca.crt'), ...args);
  const as = (name) => ['-cert', alone.file(`${name}.crt`), '-key', alone.file(`${name}.key`)];

  it('lets in whom the CA knows, for what the token of that name allows', async () => {
    assert.match(await say('IAMAT phone-7 +1+1 5\n', ...as('phone')), /^AT Alone \S+ phone-7 \+1\+1 5$/m);
    assert.match(await say('IAMAT bike-1 +1+1 5\n', ...as('phone')), /^AT Alone \S+ bike-1 \+1\+1 5$/m);
    assert.match(await say('IAMAT car-1 +1+1 5\n', ...as('phone')), /^\? IAMAT car-1 \+1\+1 5$/m);
    assert.match(await say('WHATSAT phone-8 0 0\n', ...as('phone')), /^\? WHATSAT phone-8 0 0$/m);
    assert.match(await say('WHATSAT phone-7 10 5\n', ...as('phone')), /^\? WHATSAT phone-7 10 5$/m, 'places are not allowed');
  });

  it('lets in nobody else, of whatever name, and logs why', async () => {
    for (const args of [[], as('stranger')]) {
      const heard = await say('IAMAT phone-7 +1+1 5\n', ...args);
      assert.doesNotMatch(heard, /^AT /m);
    }
    await eventually('the log says why', () =>
      /line port: 127\.0\.0\.1:\d+ refused: TLS: peer did not return a certificate/.test(alone.server.log()) &&
      /line port: 127\.0\.0\.1:\d+ refused: TLS: certificate verify failed: /.test(alone.server.log()));
  });

  it('lets our own tools in with --certificate and --key, which those without are told of', async () => {
    fs.writeFileSync(alone.file('bike-9.gpx'), way.replace('way', 'bike-9'));
    const phone = ['--certificate', 'phone.crt', '--key', 'phone.key'];
    const sent = await tool(alone, ['send', ...phone, 'Alone', 'IAMAT', 'bike-9', '+1+1', '5']);
    assert.match(sent.stdout, /^AT Alone \S+ bike-9 \+1\+1 5\n$/);
    const replayed = await tool(alone, ['replay', ...phone, 'bike-9.gpx', '--to', 'Alone', '--speed', 'max', '--json']);
    assert.equal(JSON.parse(replayed.stdout).answered, 3);
    const bench = await tool(alone, ['bench', ...phone, '--reports', '100', '--warm-up', '0']);
    assert.match(bench.stdout, /answered|refused/, 'a stranger to its token, but let in');
    for (const args of [['send', 'Alone', 'X'], ['replay', 'bike-9.gpx', '--to', 'Alone'], ['bench']]) {
      const { status, stderr } = await tool(alone, args);
      assert.equal(status, 1);
      assert.match(stderr, /it demands a certificate; --certificate FILE and --key FILE name one\n$/);
    }
    const stranger = await tool(alone, ['send', '--certificate', 'stranger.crt', '--key', 'stranger.key', 'Alone', 'X']);
    assert.match(stranger.stderr, /it says that the certificate of --certificate is of no authority that it trusts\n$/);
  });
});
