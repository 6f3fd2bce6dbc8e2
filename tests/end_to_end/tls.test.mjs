// Links under TLS: who belongs is served as without it, and nobody else gets in.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import tls from 'node:tls';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { Crowd, credentials, inPlaceOf, say, tlsClientHello } from './peer_stranger.mjs';
import { newClient, report } from './report.mjs';
import { runProxyherd, slowness } from './server_process.mjs';

// The smaller name dials: Aa opens the connection to Mm, and Mm that to Zz.
describeHerd('a herd with TLS', { topology: chain('Aa', 'Mm', 'Zz'), tls: true }, (herd) => {
  const { servers } = herd;
  const folder = () => path.dirname(herd.configFile);
  const certs = (name = 'certs') => path.join(folder(), name);
  const init = (...options) => runProxyherd(['certs', 'init', '--config', herd.configFile, ...options]);

  /// Certificates of the same CA in another folder, valid for so many days.
  async function sameAuthority(name, days) {
    fs.rmSync(certs(name), { recursive: true, force: true });
    fs.mkdirSync(certs(name));
    for (const file of ['ca.crt', 'ca.key']) fs.copyFileSync(path.join(certs(), file), path.join(certs(name), file));
    await init('--out', certs(name), '--days', days);
    return certs(name);
  }

  async function expiredAuthority() {
    const expired = await sameAuthority('expired', '0.00002');
    const { validTo } = new X509Certificate(credentials(expired, 'Aa').cert);
    await eventually('the certificates have expired', () => Date.now() >= Date.parse(validTo) + 1000);
    return expired;
  }

  const connects = async () => (await servers.Mm.status()).links.map((link) => link.connects);

  /// Asserts that Mm refuses what `intrude` does (it resolves to the intruder's address) for this reason, logs and
  /// counts it, and that the herd does not notice.
  async function assertRefused(intrude, reason) {
    const before = { connects: await connects(), refusals: (await servers.Mm.status()).peer_refusals };
    const address = await intrude(servers.Mm.ports.peer);
    const line = await eventually('the refusal is logged', () =>
      servers.Mm.log().split('\n').find((text) => text.includes(`peer port: ${address} refused: `)), 5);
    assert.match(line.slice(line.indexOf('refused: ') + 9), reason);
    assert.ok((await servers.Mm.status()).peer_refusals > before.refusals);
    assert.deepEqual(await connects(), before.connects, 'the links to the real neighbours stayed up');
    await assertWorks();
  }

  async function assertWorks() {
    await herd.linked();
    const client = newClient();
    const line = await report(servers.Aa, { client });
    assert.deepEqual(await herd.agreed([client]), [line]);
  }

  /// What Aa says first to Mm, taken by listening in its place.
  async function recordedHello() {
    await servers.Mm.stop();
    const hello = await inPlaceOf(servers.Mm, credentials(certs(), 'Mm'), (first) => first);
    await herd.start();
    return hello;
  }

  it('floods reports, and its log says with which certificate', async () => {
    const clients = Array.from({ length: 300 }, () => newClient());
    for (const client of clients) await report(servers.Zz, { client });
    await herd.agreed(clients);
    assert.match(servers.Aa.log(), /certificate read: Aa of herd test, valid until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
  });

  it('resumes no TLS session', async () => {
    let sessions = 0;
    const socket = tls.connect({ port: servers.Mm.ports.peer, host: '127.0.0.1', ...credentials(certs(), 'Aa'),
      checkServerIdentity: () => undefined });
    socket.on('session', () => ++sessions).on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve)); // for want of a hello
    assert.equal(socket.getProtocol() ?? 'TLSv1.3', 'TLSv1.3');
    assert.equal(sessions, 0);
  });

  it('refuses a stranger without certificate', () =>
    assertRefused((port) => say(port, 'hello', {}), /^it shows no certificate$/));

  it('refuses a certificate of another CA, though that has the same name', async () => {
    await init('--out', certs('foreign'));
    await assertRefused((port) => say(port, 'hello', credentials(certs('foreign'), 'Aa')),
      /^its certificate \("Aa"\) is not signed by the herd's CA$/);
  });

  it('refuses a certificate that has expired', async () => {
    const expired = await expiredAuthority();
    await assertRefused((port) => say(port, 'hello', credentials(expired, 'Aa')),
      /^its certificate \("Aa"\) expired on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  });

  it('refuses a hello under another name than the certificate\'s', async () => {
    const hello = await recordedHello();
    await assertRefused((port) => say(port, hello, credentials(certs(), 'Zz')),
      /^its certificate is for "Zz", not for "Aa"$/);
  });

  it('refuses a second server of a name and certificate that are connected and alive', async () => {
    const hello = await recordedHello();
    await assertRefused((port) => say(port, hello, credentials(certs(), 'Aa')), /^"Aa": the name is in use/);
  });

  it('refuses plain text, even a valid hello', async () => {
    const hello = await recordedHello();
    for (const bytes of [hello, 'IAMAT', Buffer.alloc(100_000)]) {
      await assertRefused((port) => say(port, bytes), /^it does not speak TLS; both need the same \[tls\] section$/);
    }
  });

  it('refuses TLS older than 1.3', () =>
    assertRefused((port) => say(port, 'hello', { ...credentials(certs(), 'Aa'), maxVersion: 'TLSv1.2' }),
      /^it does not speak TLS 1\.3$/));

  it('refuses what begins as TLS and goes on as anything', async () => {
    const begin = await tlsClientHello();
    await assertRefused((port) => say(port, Buffer.concat([begin.subarray(0, 3), Buffer.alloc(20_000, 0x5a)])), /./);
    await assertRefused((port) => say(port, Buffer.concat([begin, Buffer.alloc(20_000, 0x5a)])), /./);
    await assertRefused((port) => say(port, begin.subarray(0, 100)), /^no hello in time$/);
  });

  /// Asserts that Aa does not take for Mm what listens in its place, and says why.
  async function assertNotTaken(tlsOptions, reason) {
    await servers.Mm.stop();
    const logged = servers.Aa.log().length;
    await inPlaceOf(servers.Mm, tlsOptions, async () => {
      const told = await eventually('Aa says why', async () => {
        const link = await servers.Aa.link('Mm');
        if (!reason.test(link.reason)) throw new Error(`its reason: ${link.reason}`);
        return link;
      });
      assert.notEqual(told.state, 'up');
      await eventually('it is logged', () => servers.Aa.log().slice(logged).split('\n').some((line) =>
        line.includes('link Mm not up: ') && reason.test(line)));
    });
    await herd.start();
    await assertWorks();
  }

  it('does not dial into a server of another name', () =>
    assertNotTaken(credentials(certs(), 'Zz'), /its certificate is for "Zz", not for "Mm"/));

  it('does not dial into a server of another CA', async () => {
    await init('--out', certs('foreign'));
    await assertNotTaken(credentials(certs('foreign'), 'Mm'), /its certificate \("Mm"\) is not signed by the herd's CA/);
  });

  it('does not dial into a server whose certificate has expired', async () => {
    const expired = await expiredAuthority();
    await assertNotTaken(credentials(expired, 'Mm'), /its certificate \("Mm"\) expired on /);
  });

  it('does not dial into a server without TLS', async () => {
    await servers.Mm.stop();
    const heard = await inPlaceOf(servers.Mm, null, (first) => first);
    assert.equal(heard.subarray(0, 2).toString('hex'), '1603', 'nothing but TLS is said');
    await herd.start();
    await assertWorks();
  });

  it('a server with an expired certificate does not start, and says what to do', async () => {
    const expired = await expiredAuthority();
    const config = path.join(folder(), 'expired.toml');
    fs.writeFileSync(config, fs.readFileSync(herd.configFile, 'utf8').replace('"certs"', JSON.stringify(expired)));
    for (const command of [['serve', 'Aa'], ['check-config']]) {
      await assert.rejects(runProxyherd([...command, '--config', config]),
        /status 2: proxyherd: .*expired\/Aa\.crt: expired on .* UTC; make it anew with `proxyherd certs init --renew`/);
    }
  });

  it('a link whose dialler\'s certificate expires does not come back until SIGHUP brings a new one', async () => {
    const until = (name) => Date.parse(new X509Certificate(credentials(certs(), name).cert).validTo);
    await init('--renew', '--days', '0.00008'); // 6 s
    servers.Aa.child.kill('SIGHUP');
    await eventually('Aa warns', () => /Aa\.crt expires on .*: run `proxyherd certs init --renew`, then send SIGHUP/.test(servers.Aa.log()));
    const { connects: before } = await servers.Aa.link('Mm');
    await eventually('it expires', () => Date.now() > until('Aa') + 1000, 20);
    assert.deepEqual((await servers.Aa.link('Mm')).connects, before, 'a link that is up stays');

    await init('--renew');
    await servers.Mm.stop(); // the link breaks; Mm comes back with a new certificate, Aa has none yet
    await servers.Mm.start();
    await eventually('Aa is told why', async () =>
      /it says that our certificate has expired/.test((await servers.Aa.link('Mm')).reason));
    assert.match(servers.Mm.log(), /refused: its certificate \("Aa"\) expired on/);
    assert.ok((await servers.Mm.status()).peer_refusals > 0);
    for (const server of herd.running) server.child.kill('SIGHUP');
    await assertWorks();
  });

  it('keeps the certificate it has when SIGHUP finds none that will do', async () => {
    const { Aa } = servers;
    const certificate = path.join(certs(), 'Aa.crt');
    const good = fs.readFileSync(certificate);
    const logged = Aa.log().length;
    for (const [bad, reason] of [
      [Buffer.from('no PEM'), /Aa\.crt: holds no certificate as PEM/],
      [fs.readFileSync(path.join(certs(), 'Zz.crt')), /Aa\.crt and .*Aa\.key do not belong together/],
    ]) {
      fs.writeFileSync(certificate, bad);
      Aa.child.kill('SIGHUP');
      await eventually('the mistake is logged', () => Aa.log().slice(logged).split('\n').some((line) =>
        / error certificates not read, the ones before stay in use: /.test(line) && reason.test(line)));
    }
    await servers.Mm.stop();
    await servers.Mm.start();
    await assertWorks(); // on a new connection, with the old certificate

    fs.writeFileSync(certificate, good);
    Aa.child.kill('SIGHUP');
    await eventually('it is read', () => /certificate read: Aa/.test(Aa.log().slice(logged)));
    await assertWorks();
  });

  it('goes on flooding, and links again, amid hundreds of connection attempts', { timeout: 120_000 }, async (t) => {
    const begin = await tlsClientHello();
    const before = await connects();
    const refusals = (await servers.Mm.status()).peer_refusals;
    // Silent, plain, half a handshake, and a handshake up to where the server has worked hardest.
    const crowd = new Crowd(servers.Mm.ports.peer, 300, ['', 'IAMAT kiwi\n', begin.subarray(0, 200), begin]);
    try {
      let slowestMs = 0;
      for (const goal of [1000, 2000, 3000]) {
        await crowd.busy(goal);
        for (let i = 0; i < 20; ++i) {
          const client = newClient();
          const startedAt = performance.now();
          const line = await report(servers.Aa, { client });
          assert.deepEqual(await herd.agreed([client]), [line]);
          slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        }
      }
      assert.deepEqual(await connects(), before, 'no link broke');
      t.diagnostic(`${crowd.attempts} attempts; the slowest report was everywhere after ${slowestMs.toFixed()} ms`);
      assert.ok(slowestMs < 1000 * slowness, `${slowestMs} ms`);
      assert.ok((await servers.Mm.status()).peer_refusals > refusals + 1000);

      await servers.Aa.stop();
      const startedAt = performance.now();
      await servers.Aa.start();
      await herd.linked();
      t.diagnostic(`a neighbour that restarts is linked after ${(performance.now() - startedAt).toFixed()} ms`);
    } finally {
      crowd.stop();
    }
    await assertWorks();
  });
});

describeHerd('TLS over bad cables', { topology: chain('Aa', 'Mm', 'Zz'), tls: true, proxied: true }, (herd) => {
  const { servers } = herd;

  async function assertFloods() {
    const clients = Array.from({ length: 50 }, () => newClient());
    for (const client of clients) await report(servers.Zz, { client });
    await herd.agreed(clients);
  }

  it('shakes hands and floods though bytes come one at a time', async () => {
    for (const cable of herd.cables) cable.shape({ pieceBytes: 1 });
    for (const cable of herd.cables) cable.reset();
    await herd.linked();
    await assertFloods();
  });

  it('floods on though connections are reset again and again', async () => {
    for (let i = 0; i < 10; ++i) {
      for (const cable of herd.cables) cable.reset();
      await assertFloods();
    }
  });
});
