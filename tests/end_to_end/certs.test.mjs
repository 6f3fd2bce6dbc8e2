// `proxyherd certs init` and what the other commands say of certificates.

import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { eventually, within } from './eventually.mjs';
import { freePorts } from './herd.mjs';
import { binary, httpGet, spawnProxyherd } from './server_process.mjs';

const day = 86_400_000;

describe('proxyherd certs init', () => {
  let folder;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-certs-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /// Writes a herd.toml of these servers, whose peer ports are on `host`, with [tls] or without.
  function describeServers(ids, { host = '127.0.0.1', tls = null, ports = null } = {}) {
    const servers = ids.map((id, i) => {
      const [line, peer, http] = ports?.slice(3 * i, 3 * i + 3) ?? [1000 + i, 2000 + i, 3000 + i];
      return `[[server]]\nid = "${id}"\nline = "127.0.0.1:${line}"\npeer = "${host}:${peer}"\nhttp = "127.0.0.1:${http}"\n` +
        `talks_with = ${JSON.stringify(ids.filter((other) => other !== id))}\n`;
    });
    const section = tls === null ? '' : `[tls]\npeers = "${tls}"\n`;
    fs.writeFileSync(path.join(folder, 'herd.toml'), `[herd]\nname = "coast"\n${servers.join('')}${section}`);
  }

  function run(...args) {
    const { status, stdout, stderr } = spawnSync(binary, args, { cwd: folder, encoding: 'utf8', timeout: 20_000 });
    return { status, stdout, stderr };
  }

  const file = (...names) => path.join(folder, ...names);
  const read = (...names) => fs.readFileSync(file(...names), 'utf8');
  const certificate = (name) => new X509Certificate(read('certs', `${name}.crt`));
  const until = (name) => new Date(certificate(name).validTo).toISOString().replace('T', ' ').replace('.000Z', ' UTC');

  it('makes a CA and a certificate for each server, and says how to use them', () => {
    describeServers(['North', 'south_2.b-c']);
    const { status, stdout, stderr } = run('certs', 'init');
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.equal(stdout, `herd coast

NAME         CERTIFICATE            VALID UNTIL
the CA       certs/ca.crt           ${until('ca')}  made
North        certs/North.crt        ${until('North')}  made
south_2.b-c  certs/south_2.b-c.crt  ${until('south_2.b-c')}  made

A server needs its own .crt and .key and ca.crt. Keep certs/ca.key off the servers:
whoever has it can join the herd. A running server reads its files on SIGHUP.

Add to herd.toml:

[tls]
peers = "certs"
`);
    assert.deepEqual(fs.readdirSync(file('certs')).sort(),
      ['North.crt', 'North.key', 'ca.crt', 'ca.key', 'south_2.b-c.crt', 'south_2.b-c.key']);
    for (const name of ['ca', 'North', 'south_2.b-c']) {
      assert.equal(fs.statSync(file('certs', `${name}.key`)).mode & 0o777, 0o600);
      assert.ok(certificate(name).checkPrivateKey(createPrivateKey(read('certs', `${name}.key`))));
      assert.ok(certificate(name).verify(certificate('ca').publicKey));
    }
    const north = certificate('North');
    assert.equal(north.subject, 'O=coast\nCN=North');
    assert.equal(north.subjectAltName, 'DNS:North');
    assert.equal(north.ca, false);
    assert.deepEqual(north.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'], 'as server and as client');
    assert.ok(certificate('ca').ca);
    const left = Date.parse(north.validTo) - Date.now();
    assert.ok(Math.abs(left - 365 * day) < 60_000, north.validTo);
  });

  it('keeps what is valid, and makes what is missing, such as for a server that is new', () => {
    describeServers(['North', 'South'], { tls: 'certs' });
    run('certs', 'init');
    const before = Object.fromEntries(fs.readdirSync(file('certs')).map((name) => [name, read('certs', name)]));
    describeServers(['North', 'South', 'West'], { tls: 'certs' });
    const { status, stdout } = run('certs', 'init');
    assert.equal(status, 0);
    assert.deepEqual([...stdout.matchAll(/^(the CA|\S+) .* (made|kept|renewed)$/gm)].map(([, name, what]) => [name, what]),
      [['the CA', 'kept'], ['North', 'kept'], ['South', 'kept'], ['West', 'made']]);
    assert.doesNotMatch(stdout, /\[tls\]/, 'it is there already');
    for (const [name, content] of Object.entries(before)) assert.equal(read('certs', name), content, name);
    assert.equal(run('check-config').status, 0);
  });

  it('--renew makes the servers\' certificates anew, for as long as it is told, and leaves the CA', () => {
    describeServers(['North', 'South']);
    run('certs', 'init');
    const before = ['ca', 'North', 'South'].map((name) => certificate(name).serialNumber);
    const { stdout } = run('certs', 'init', '--renew', '--days', '30.5');
    assert.deepEqual([...stdout.matchAll(/(made|kept|renewed)$/gm)].map(([what]) => what), ['kept', 'renewed', 'renewed']);
    const after = ['ca', 'North', 'South'].map((name) => certificate(name).serialNumber);
    assert.deepEqual(after.map((serial, i) => serial === before[i]), [true, false, false]);
    assert.ok(Math.abs(Date.parse(certificate('North').validTo) - Date.now() - 30.5 * day) < 60_000);
  });

  it('makes anew what expires within 14 days, and what will not do', () => {
    describeServers(['North', 'South']);
    run('certs', 'init', '--days', '13');
    assert.match(run('certs', 'init').stdout, /North .* renewed\nSouth .* renewed\n/);
    fs.copyFileSync(file('certs', 'South.crt'), file('certs', 'North.crt'));
    assert.match(run('certs', 'init').stdout, /North .* renewed\nSouth .* kept\n/);
  });

  it('does without the CA\'s key where there is nothing to sign, and asks for it where there is', () => {
    describeServers(['North']);
    run('certs', 'init');
    fs.rmSync(file('certs', 'ca.key'));
    assert.equal(run('certs', 'init').status, 0);
    assert.deepEqual(run('certs', 'init', '--renew'), { status: 1, stdout: '', stderr: 'proxyherd: certs/ca.key: cannot be read: ' +
      'No such file or directory; it signs certificates: bring it back from where you keep it\n' });
    fs.rmSync(file('certs', 'ca.crt'));
    fs.writeFileSync(file('certs', 'ca.key'), 'precious');
    assert.match(run('certs', 'init').stderr, /certs\/ca\.crt: is missing, though ca\.key is there; .* remove ca\.key/);
    assert.equal(read('certs', 'ca.key'), 'precious', 'a CA is never overwritten');
  });

  it('writes where it is told, and says what to change in herd.toml', () => {
    describeServers(['North'], { tls: 'certs' });
    assert.match(run('certs', 'init', '--out', 'other/place').stdout,
      /\nChange in herd\.toml:\n\n\[tls\]\npeers = "other\/place"\n$/);
    assert.ok(fs.existsSync(file('other/place/North.key')));
    assert.match(run('certs', 'init', '--out', 'herd.toml').stderr, /^proxyherd: herd\.toml\b.*--out/);
  });

  it('works for a herd of the longest name', () => {
    describeServers(['North']);
    fs.writeFileSync(file('herd.toml'), read('herd.toml').replace('"coast"', `"${'c'.repeat(64)}"`));
    assert.equal(run('certs', 'init').status, 0);
    assert.match(certificate('North').subject, /^O=c{64}$/m);
  });

  it('works for the herd that is refused for want of it', () => {
    describeServers(['North', 'South'], { host: '192.0.2.7' });
    const refusal = /herd\.toml:6: peer "192\.0\.2\.7:2000" can be reached from other machines, and without TLS a peer port is for loopback only: run `proxyherd certs init` and add \[tls\] with peers = "certs", or write 127\.0\.0\.1:2000/;
    for (const args of [['serve', 'North'], ['check-config'], ['up']]) {
      const { status, stderr } = run(...args);
      assert.equal(status, 2);
      assert.match(stderr, refusal);
    }
    const { stdout } = run('certs', 'init');
    fs.appendFileSync(file('herd.toml'), stdout.slice(stdout.indexOf('[tls]')));
    const checked = run('check-config');
    assert.equal(checked.status, 0, checked.stderr);
    assert.ok(checked.stdout.includes(`links are TLS, with certificates in certs, valid\n  North until ${until('North')}\n  South until ${until('South')}\n`), checked.stdout);
  });

  it('refuses days that are none, and a server named as the CA\'s files', () => {
    describeServers(['North']);
    assert.match(run('certs', 'init', '--help').stdout, /--days N=365  .*valid, 3650 at most/);
    for (const days of ['-1', '0', '0.00001', 'nan', '3651', '1e9', 'many', '1d']) {
      const { status, stderr } = run('certs', 'init', '--days', days);
      assert.equal(status, 2, days);
      assert.ok(stderr.includes(`"${days}" is no number of days: a second at least, and 3650 days at most`), stderr);
    }
    assert.equal(fs.existsSync(file('certs')), false);
    describeServers(['ca']);
    assert.match(run('certs', 'init').stderr, /herd\.toml: id "ca": its files would be those of the CA/);
    describeServers(['ca'], { tls: 'certs' });
    assert.match(run('check-config').stderr, /herd\.toml:4: id "ca" is taken/);
  });

  it('check-config names every mistake in the certificates that are here', () => {
    describeServers(['East', 'North', 'South', 'West'], { tls: 'certs' });
    assert.deepEqual(run('check-config'), { status: 2, stdout: '',
      stderr: 'proxyherd: certs: holds no key of any server; make certificates with `proxyherd certs init`\n' });
    run('certs', 'init');
    fs.rmSync(file('certs', 'East.key')); // it is on East's machine only
    fs.chmodSync(file('certs', 'North.key'), 0o644);
    fs.copyFileSync(file('certs', 'West.crt'), file('certs', 'South.crt'));
    assert.deepEqual(run('check-config'), { status: 2, stdout: '', stderr:
      'proxyherd: certs/North.key: every user of this machine can read it, and whoever has it can join the herd; chmod 600 it\n' +
      'certs/South.crt and certs/South.key do not belong together; make both anew with `proxyherd certs init --renew`\n' });
    assert.match(run('serve', 'East').stderr, /^proxyherd: certs\/East\.key: cannot be read: No such file or directory; make it with `proxyherd certs init`\n$/);
  });

  it('up passes SIGHUP on: every server reads its certificate and its place files anew', async () => {
    const ports = await freePorts(6);
    describeServers(['North', 'South'], { tls: 'certs', ports });
    run('certs', 'init');
    const up = spawnProxyherd(['up', '--config', file('herd.toml')]);
    try {
      await eventually('they are linked', async () =>
        JSON.parse(await httpGet(ports[2], '/v1/status')).links.every(({ state }) => state === 'up'));
      run('certs', 'init', '--renew', '--days', '100');
      up.kill('SIGHUP');
      await eventually('both have read it', () => ['North', 'South'].every((name) =>
        read('data', name, 'server.log').includes(`certificate read: ${name} of herd coast, valid until ${until(name)}`) &&
        read('data', name, 'server.log').split(/places: \d+ in .*world\.places\n/).length === 3));
      up.kill('SIGTERM');
      assert.deepEqual(await within(10, 'up ends', up.ended), { code: 0, signal: null });
    } finally {
      up.kill('SIGKILL');
    }
  });

  for (const args of [['up'], ['serve', 'North']]) {
    it(`${args[0]} ends in order when its terminal is closed, which is SIGHUP too`, async () => {
      const ports = await freePorts(3);
      describeServers(['North'], { ports });
      const terminal = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'script', '-qec', `${binary} ${args.join(' ')}`, '/dev/null'],
        { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
      await eventually('it serves', () => httpGet(ports[2], '/v1/status'), 20);
      terminal.kill('SIGKILL');
      await eventually('it has ended in order', () => read('data', 'North', 'server.log').endsWith(' info stopped\n'));
    });
  }
});
