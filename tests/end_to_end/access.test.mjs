// `proxyherd token`, and what servers and check-config make of [auth].

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { eventually, within } from './eventually.mjs';
import { freePorts } from './herd.mjs';
import { LineClient } from './line_client.mjs';
import { binary, spawnProxyherd } from './server_process.mjs';

let folder;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-access-'))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

const file = (name) => path.join(folder, name);
const read = (name) => fs.readFileSync(file(name), 'utf8');

/// Writes a herd.toml of one server.
function describeServer({ auth = '', line = '127.0.0.1:1', peer = '127.0.0.1:2', http = '127.0.0.1:3' } = {}) {
  fs.writeFileSync(file('herd.toml'),
    `[herd]\nname = "coast"\n[[server]]\nid = "Alone"\nline = "${line}"\npeer = "${peer}"\nhttp = "${http}"\n${auth}`);
}

function run(...args) {
  return runWith({}, ...args);
}

/// `env` is added to the environment.
function runWith(env, ...args) {
  const { status, stdout, stderr } = spawnSync(binary, args,
    { cwd: folder, encoding: 'utf8', timeout: 20_000, env: { ...process.env, ...env } });
  return { status, stdout, stderr };
}

function runJson(...args) {
  const { status, stdout, stderr } = run(...args);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return JSON.parse(stdout);
}

const named = '[auth]\ntokens = "tokens.toml"\n';
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

describe('proxyherd token', () => {
  it('makes a token, shows it once, keeps its hash, and says how to use it', () => {
    describeServer();
    const { status, stdout, stderr } = run('token', 'new', '--client', 'phone-7', 'old/*', '--may', 'report,read');
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const [secret] = /ph_[\w-]{43}/.exec(stdout);
    assert.equal(stdout, `token phone-7: may report, read for phone-7, old/*

  ${secret}

It is shown this once, and only its hash is kept in tokens.toml.
Send it as \`Authorization: Bearer TOKEN\`, or as password with any user name.

Add to herd.toml and start the servers again:

[auth]
tokens = "tokens.toml"
`);
    const [created] = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/.exec(read('tokens.toml'));
    assert.equal(read('tokens.toml'), `# Who may do what. \`proxyherd token new\`, \`list\` and \`revoke\` write this file anew: comments are not kept.
# Servers read it when they start and on SIGHUP. Of tokens it has only hashes; ids of devices that are secrets
# (id_is_secret) stand here in clear: let nobody else read it.

[[token]]
name = 'phone-7'
hash = "sha256:${sha256(secret)}"
clients = ["phone-7", "old/*"]
may = ["report", "read"]
created = '${created}'
`);
    assert.equal(fs.statSync(file('tokens.toml')).mode & 0o777, 0o600);
    assert.equal(run('token', 'list').stdout, `NAME     SHOWN BY  CLIENTS         MAY           CREATED
phone-7  token     phone-7, old/*  report, read  ${created}
`);
  });

  it('makes another token each time, under a name of its own', () => {
    describeServer({ auth: named });
    const made = [1, 2, 3].map(() => runJson('token', 'new', '--client', 'a', '--may', 'report', '--json'));
    assert.deepEqual(made.map(({ name }) => name), ['a', 'a-2', 'a-3']);
    assert.equal(new Set(made.map(({ token }) => token)).size, 3);
    assert.deepEqual(runJson('token', 'list', '--json'),
      made.map(({ token: _, ...rest }) => rest));
    assert.equal(runJson('token', 'new', '--client', 'x/*', '--may', 'read', '--json').name, 'token');
  });

  it('takes the id of a device for its secret, and warns of it', () => {
    describeServer({ auth: named });
    const make = () => run('token', 'new', '--client', '8h3kq0z7', '--may', 'report', '--id-is-secret');
    assert.equal(make().stdout, `token device: may report for 8h3kq0z7

The device shows nothing but its id, 8h3kq0z7: whoever knows it, or guesses it, can
do the same. Choose ids that nobody guesses, such as 16 random letters and digits.
Running servers read the file on SIGHUP.
`);
    assert.match(read('tokens.toml'), new RegExp(`hash = "sha256:${sha256('8h3kq0z7')}"\nid_is_secret = true\n`));
    assert.deepEqual(read('tokens.toml').match(/8h3kq0z7/g), ['8h3kq0z7'], 'it is no name');
    assert.equal(make().stderr,
      'proxyherd: the id has a token already, device; `proxyherd token revoke device` first\n');
    for (const client of ['a*', 'a%20b']) {
      const { status, stderr } = run('token', 'new', '--client', client, '--may', 'report', '--id-is-secret');
      assert.equal(status, 2);
      assert.match(stderr, /^proxyherd: --id-is-secret needs one --client, whose id has neither \* nor %/);
    }
  });

  it('takes a certificate for a token', () => {
    describeServer({ auth: named });
    const made = runJson('token', 'new', '--client', 'truck-*', '--may', 'report', '--certificate', 'trucks', '--json');
    assert.equal(made.token, undefined);
    assert.deepEqual({ ...made, created: '' },
      { name: 'trucks', shown: 'certificate', clients: ['truck-*'], may: ['report'], certificate: 'trucks', created: '' });
    const { status, stderr } = run('token', 'new', '--client', 'a', '--may', 'report', '--certificate', 'trucks');
    assert.equal(status, 2);
    assert.equal(stderr, 'proxyherd: --certificate "trucks" has a token already; revoke that first\n');
  });

  it('takes a token back', () => {
    describeServer({ auth: named });
    for (const client of ['a', 'b']) runJson('token', 'new', '--client', client, '--may', 'report', '--json');
    assert.equal(run('token', 'revoke', 'a').stdout, 'token a is revoked; running servers know it from the next SIGHUP on.\n');
    assert.deepEqual(runJson('token', 'list', '--json').map(({ name }) => name), ['b']);
    const { status, stderr } = run('token', 'revoke', 'a');
    assert.equal(status, 2);
    assert.equal(stderr, 'proxyherd: "a" is no token of tokens.toml; did you mean "b"?\n');
  });

  it('says what is wrong, and leaves the file alone then', () => {
    describeServer({ auth: named });
    run('token', 'new', '--client', 'a', '--may', 'report');
    const before = read('tokens.toml');
    for (const [args, message] of [
      [['--client', 'a b', '--may', 'report'], '--client: "a b" has a blank'],
      [['--client', 'b', '--may', 'reed'], '--may: "reed" is nothing one may do; did you mean "read"?'],
      [['--client', 'b', '--may', 'read', '--name', 'a'], '--name "a" is taken; choose another, or `proxyherd token revoke a` first'],
      [['--client', 'b', '--may', 'read', '--name', 'a:b'], '--name is "a:b"; it must be 1 to 64 letters'],
    ]) {
      const { status, stderr } = run('token', 'new', ...args);
      assert.equal(status, 2, stderr);
      assert.ok(stderr.startsWith(`proxyherd: ${message}`), stderr);
    }
    assert.equal(read('tokens.toml'), before);
  });

  it('loses no token when several are made at once', async () => {
    describeServer({ auth: named });
    const commands = Array.from({ length: 8 }, (_, i) =>
      spawnProxyherd(['token', 'new', '--config', file('herd.toml'), '--client', `c${i}`, '--may', 'report']).ended);
    for (const { code } of await within(60, 'all end', Promise.all(commands))) assert.equal(code, 0);
    const names = runJson('token', 'list', '--json').map(({ name }) => name);
    assert.deepEqual(names.sort(), Array.from({ length: 8 }, (_, i) => `c${i}`));
    assert.deepEqual(fs.readdirSync(folder).sort(), ['herd.toml', 'tokens.toml']);
  });
});

describe('[auth]', () => {
  it('is asked for where others can reach a port of clients', () => {
    describeServer({ line: '0.0.0.0:1' });
    const { status, stderr } = run('check-config');
    assert.equal(status, 2);
    assert.equal(stderr, 'proxyherd: herd.toml:5: line "0.0.0.0:1" can be reached from other machines, and the ' +
      'line protocol has no place for a token: let clients show certificates, with clients = "client-certs" and ' +
      'line_clients_ca = "clients-ca.crt" in [tls], and say what each may do, with `proxyherd token new --certificate ' +
      'CN` and tokens = "tokens.toml" in [auth]; or write 127.0.0.1:1, or open = true in [auth] if whoever reaches it ' +
      'may do everything\n');
    assert.equal(run('serve', 'Alone').stderr, stderr);
    assert.equal(run('token', 'new', '--client', 'a', '--may', 'report').status, 0);
  });

  it('is told by check-config', () => {
    const told = () => run('check-config').stdout.split('\n').find((line) => line.startsWith('access'));
    describeServer();
    assert.equal(told(), 'access: whoever is on the same machine may do everything');
    describeServer({ auth: '[auth]\nopen = true\n' });
    assert.equal(told(), 'access: open, whoever reaches a port may do everything');
    describeServer({ auth: named });
    assert.equal(run('check-config').stderr,
      'proxyherd: tokens.toml: cannot be read: No such file or directory; make tokens with `proxyherd token new`\n');
    run('token', 'new', '--client', 'a', '--may', 'report');
    assert.equal(told(), 'access: HTTP by 1 token in tokens.toml');
  });

  it('is read again on SIGHUP, and a broken file leaves what was before in use', async () => {
    const [line, peer, http] = await freePorts(3);
    const address = (port) => `127.0.0.1:${port}`;
    describeServer({ auth: named, line: address(line), peer: address(peer), http: address(http) });
    run('token', 'new', '--client', 'a', '--may', 'report');
    const child = spawnProxyherd(['serve', 'Alone', '--config', file('herd.toml')]);
    const log = () => read('data/Alone/server.log');
    const logged = (pattern) => eventually(`the log says ${pattern}`, () => pattern.test(log()));
    try {
      await logged(/ info tokens read: 1 \(.*tokens\.toml\)\n/);
      await eventually('it serves', () => child.output.stdout.includes('serves'));
      const { stdout } = spawnSync('curl', ['-sS', '--max-time', '20', '-w', ' %{http_code} %{size_upload}', '-H',
        'Expect: 100-continue', '--data-binary', '@-', `http://${address(http)}/v1/reports`],
      { encoding: 'utf8', input: ' '.repeat(20_000_000) });
      assert.match(stdout, /say who asks.* 401 0$/s, 'who may not report need not send it all');
      run('token', 'new', '--client', 'b', '--may', 'report');
      child.kill('SIGHUP');
      await logged(/ info tokens read: 2 /);
      run('token', 'new', '--client', '8h3kq0z7', '--may', 'report', '--id-is-secret');
      fs.chmodSync(file('tokens.toml'), 0o644);
      child.kill('SIGHUP');
      const warning = /warning:? \S*tokens\.toml: every user of this machine can read it, and whoever knows an id .*; chmod 600 it\n/;
      await logged(warning);
      const checked = run('check-config');
      assert.equal(checked.status, 0);
      assert.match(checked.stdout, warning);
      fs.writeFileSync(file('tokens.toml'), 'x');
      child.kill('SIGHUP');
      await logged(/ error tokens not read, the ones before stay in use: .*tokens\.toml:1: /);
      assert.doesNotMatch(log(), /has changed since the start/);
    } finally {
      child.kill('SIGTERM');
      await within(10, 'it ends', child.ended);
    }
    const { status, stderr } = run('serve', 'Alone');
    assert.equal(status, 2);
    assert.match(stderr, /^proxyherd: .*tokens\.toml:1: /);
  });

  it('lets proxyherd status ask with the token in PROXYHERD_TOKEN, and say what is missing', async () => {
    const [line, peer, http] = await freePorts(3);
    const address = (port) => `127.0.0.1:${port}`;
    describeServer({ auth: named, line: address(line), peer: address(peer), http: address(http) });
    const make = (may) => runJson('token', 'new', '--client', '*', '--may', may, '--json').token;
    const [seesStatus, reports] = [make('status'), make('report')];
    const child = spawnProxyherd(['serve', 'Alone', '--config', file('herd.toml')]);
    const row = (token) => {
      const { status, stdout } = runWith({ PROXYHERD_TOKEN: token }, 'status');
      return [status, stdout.split('\n')[1].replace(/ +/g, ' ')];
    };
    try {
      await eventually('it serves', () => child.output.stdout.includes('serves'));
      const [status, alone] = row(seesStatus);
      assert.equal(status, 0);
      assert.match(alone, /^Alone up \d+ s 0 0\.0 \d+ -$/);
      const answers = `Alone answers - - - ${address(http)}:`;
      assert.deepEqual(row(''), [1, `${answers} needs a token that may "status": PROXYHERD_TOKEN=ph_... proxyherd status`]);
      assert.deepEqual(row('ph_wrong'), [1, `${answers} does not know the token in PROXYHERD_TOKEN`]);
      assert.deepEqual(row(reports), [1, `${answers} the token in PROXYHERD_TOKEN may not "status"; proxyherd token list shows which may`]);
    } finally {
      child.kill('SIGTERM');
      await within(10, 'it ends', child.ended);
    }
  });

  it('is new to a server that runs: SIGHUP does not bring it, and the log says so', async () => {
    const ports = await freePorts(3);
    const [line, peer, http] = ports.map((port) => `127.0.0.1:${port}`);
    describeServer({ line, peer, http });
    const child = spawnProxyherd(['serve', 'Alone', '--config', file('herd.toml')]);
    const warnings = () => read('data/Alone/server.log').match(/ warning .*\n/g) ?? [];
    try {
      await eventually('it serves', () => child.output.stdout.includes('serves'));
      describeServer({ auth: named, line, peer, http });
      child.kill('SIGHUP');
      await eventually('the log warns', () => warnings().length > 0);
      assert.match(warnings()[0], / warning \S*herd\.toml has changed since the start; it is read at the start only: start Alone again\n$/);
    } finally {
      child.kill('SIGTERM');
      await within(10, 'it ends', child.ended);
    }
  });

  it('is read again while clients are answered, once more if it changed meanwhile, and to its end when it is to stop', async () => {
    const [line, peer, http] = await freePorts(3);
    const address = (port) => `127.0.0.1:${port}`;
    describeServer({ auth: named, line: address(line), peer: address(peer), http: address(http) });
    const tokens = (count) => Array.from({ length: count }, (_, i) =>
      `[[token]]\nname = "t${i}"\nhash = "sha256:${sha256(`t${i}`)}"\nclients = ["phone-${i}"]\nmay = ["report"]\n`).join('');
    /// Whoever reads the file meanwhile has the old one.
    const write = (text) => {
      fs.writeFileSync(file('new.toml'), text);
      fs.renameSync(file('new.toml'), file('tokens.toml'));
    };
    write(tokens(1));
    const child = spawnProxyherd(['serve', 'Alone', '--config', file('herd.toml')]);
    const read_counts = () => [...read('data/Alone/server.log').matchAll(/ info tokens read: (\d+) /g)].map(([, count]) => Number(count));
    try {
      await eventually('it serves', () => child.output.stdout.includes('serves'));
      const client = await LineClient.connect(line);
      const many = 30_000;
      write(tokens(many));
      child.kill('SIGHUP');
      const beganAt = performance.now();
      let longest = 0;
      while (read_counts().length < 2) {
        const askedAt = performance.now();
        await client.write('WHATSAT nobody 1 1\n');
        await client.readLine();
        longest = Math.max(longest, performance.now() - askedAt);
      }
      const took = performance.now() - beganAt;
      assert.ok(longest < took / 3, `an answer took ${longest} ms while tokens were read for ${took} ms`);
      for (const text of [tokens(many), tokens(7), tokens(8)]) {
        write(text);
        child.kill('SIGHUP');
      }
      await eventually('the last file is read', () => read_counts().at(-1) === 8, 20);
      client.destroy();
      write(tokens(many));
      child.kill('SIGHUP');
    } finally {
      child.kill('SIGTERM');
    }
    assert.deepEqual(await within(20, 'it ends', child.ended), { code: 0, signal: null });
    assert.equal(child.output.stderr, '');
    assert.match(read('data/Alone/server.log'), / info stopped\n$/);
  });
});

describe('a token that is revoked', () => {
  it('ends the live feed that was opened with it, on SIGHUP, and no other', async () => {
    const [line, peer, http] = await freePorts(3);
    const address = (port) => `127.0.0.1:${port}`;
    describeServer({ auth: named, line: address(line), peer: address(peer), http: address(http) });
    const [gone, stays] = ['gone', 'stays'].map((name) =>
      runJson('token', 'new', '--client', '*', '--may', 'read', '--name', name, '--json').token);
    const child = spawnProxyherd(['serve', 'Alone', '--config', file('herd.toml')]);
    const feeds = [];
    try {
      await eventually('it serves', () => child.output.stdout.includes('serves'));
      for (const token of [gone, stays]) {
        const response = await fetch(`http://${address(http)}/v1/live?bbox=-180,-90,180,90&access_token=${token}`);
        assert.equal(response.status, 200);
        feeds.push(response.body.getReader());
        await feeds.at(-1).read();
      }
      run('token', 'revoke', 'gone');
      child.kill('SIGHUP');
      await within(10, 'the feed ends', (async () => {
        while (!(await feeds[0].read()).done);
      })());
      const client = await LineClient.connect(line);
      await client.write('IAMAT kiwi +34-118 1621464827\n');
      client.destroy();
      let told = '';
      await within(10, 'the other goes on', (async () => {
        while (!told.includes('"kiwi"')) told += new TextDecoder().decode((await feeds[1].read()).value);
      })());
    } finally {
      for (const feed of feeds) await feed.cancel();
      child.kill('SIGTERM');
      await within(10, 'it ends', child.ended);
    }
  });
});

describe('a token for some clients', () => {
  it('finds them however many others are around, and says when it did not look at all of these', async () => {
    const [line, peer, http] = await freePorts(3);
    const address = (port) => `127.0.0.1:${port}`;
    describeServer({ auth: named, line: address(line), peer: address(peer), http: address(http) });
    const make = (may, ...clients) => runJson('token', 'new', '--client', ...clients, '--may', may, '--json').token;
    const all = make('report,read,status', '*');
    const byName = make('read', 'mine/phone', 'mine/my%20car');
    const byPattern = make('read', 'mine/*');
    const child = spawnProxyherd(['serve', 'Alone', '--config', file('herd.toml')]);
    const ask = (token, target, more) =>
      fetch(`http://${address(http)}${target}`, { ...more, headers: { authorization: `Bearer ${token}` } });
    const list = async (token, query) => {
      const response = await ask(token, `/v1/clients?${query}`);
      assert.equal(response.status, 200);
      const { clients, complete } = await response.json();
      return [...clients.map(({ client }) => client), complete];
    };
    const snapshot = async (token, query) => {
      const abort = new AbortController();
      const response = await ask(token, `/v1/live?${query}`, { signal: abort.signal });
      let text = '';
      for await (const chunk of response.body) {
        text += Buffer.from(chunk);
        if (/"complete":\w+}\n/.test(text)) break;
      }
      abort.abort();
      const { clients, complete } = JSON.parse(/^data: (.*)$/m.exec(text)[1]);
      return [...clients.map(({ client }) => client), complete];
    };
    const report = async (reports) => {
      const response = await ask(all, '/v1/reports', { method: 'POST', body: JSON.stringify(reports) });
      assert.equal(response.status, 200);
      assert.equal((await response.json()).accepted, reports.length);
    };
    try {
      await eventually('it serves', () => child.output.stdout.includes('serves'));
      await report([
        { client: 'mine/phone', lat: 1.002, lon: 1 }, { client: 'mine/my car', lat: 1.001, lon: 1 },
        ...Array.from({ length: 20_000 }, (_, i) => ({ client: `theirs/${i}`, lat: 1 + i * 1e-8, lon: 1 }))]);
      for (const token of [byName, byPattern]) {
        for (const ask of [list, snapshot]) {
          assert.deepEqual(await ask(token, 'near=1,1&radius=1000'), ['mine/my%20car', 'mine/phone', true]);
          const [a, b, ...rest] = await ask(token, 'bbox=0,0,2,2');
          assert.deepEqual([[a, b].sort(), rest], [['mine/my%20car', 'mine/phone'], [true]]);
        }
        assert.deepEqual(await list(token, 'near=1,1&radius=1000&limit=1'), ['mine/my%20car', false]);
      }
      const cutShort = async () => (await (await ask(all, '/v1/status')).json()).searches_cut_short;
      assert.equal(await cutShort(), 0);

      await report(Array.from({ length: 50_000 }, (_, i) => ({ client: `others/${i}`, lat: 1, lon: 1 + i * 1e-8 })));
      assert.deepEqual(await list(byPattern, 'near=1,1&radius=1000'), [false]);
      assert.equal(await cutShort(), 1);
      assert.deepEqual(await list(byName, 'near=1,1&radius=1000'), ['mine/my%20car', 'mine/phone', true]);
      assert.equal(await cutShort(), 1);
    } finally {
      child.kill('SIGTERM');
      await within(10, 'it ends', child.ended);
    }
  });
});
