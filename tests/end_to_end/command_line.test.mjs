// The command line around the servers: help, check-config, send, status and up, with their exit statuses.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, within } from './eventually.mjs';
import { Herd, describeHerd } from './herd.mjs';
import { LineClient } from './line_client.mjs';
import { newClient } from './report.mjs';
import { binary, httpGet, spawnProxyherd } from './server_process.mjs';

const rootConfig = fileURLToPath(new URL('../../herd.toml', import.meta.url));
const two = { Riley: ['Juzang'], Juzang: [] };

/// Runs the program to its end: {status, stdout, stderr}.
function run(args, { input = '', env = {} } = {}) {
  const { status, stdout, stderr } = spawnSync(binary, args, {
    input,
    encoding: 'latin1',
    timeout: 20_000,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

describe('proxyherd', () => {
  it('without arguments prints its help and ends with status 2', () => {
    const { status, stdout, stderr } = run([]);
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    assert.equal(stderr, run(['--help']).stdout);
  });

  it('--help names every command', () => {
    const { status, stdout } = run(['--help']);
    assert.equal(status, 0);
    const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gm)].map(([, name]) => name);
    assert.deepEqual(commands.sort(), ['bench', 'certs', 'check-config', 'places', 'replay', 'send', 'serve', 'status', 'token', 'up']);
  });

  it('--version says which it is', () => {
    const { status, stdout } = run(['--version']);
    assert.equal(status, 0);
    assert.match(stdout, /^proxyherd \d+\.\d+\.\d+\n$/);
  });

  it('certs --help has an example of its own', () => {
    const { status, stdout } = run(['certs', '--help']);
    assert.equal(status, 0);
    assert.match(stdout, /Example:\n {2}proxyherd certs init\n/);
    assert.doesNotMatch(stdout, /proxyherd up/);
  });

  for (const args of [['sttus'], ['serve'], ['serve', 'Riley', 'Juzang'], ['status', '--watch', '0']]) {
    it(`${args.join(' ')} is refused with status 2`, () => {
      const { status, stdout, stderr } = run(args);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.match(stderr, /Run with --help for more information/);
    });
  }
});

describe('a mistake in the command line', () => {
  for (const [args, message] of [
    [['chekc-config'], 'no command "chekc-config"; did you mean "check-config"?'],
    [['token', 'nwe', '--client', 'a'], 'no command "token nwe"; did you mean "new"?'],
    [['places', 'monaco.places'], 'no command "places monaco.places"; known are near, import, info'],
    [['send', '--config', rootConfig, '127.0.0.1', 'X'], `"127.0.0.1" is no server of ${rootConfig}; write HOST:PORT for the address of a line port`],
  ]) {
    it(`is answered with what to write: ${args.join(' ')}`, () => {
      const { status, stdout, stderr } = run(args);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.equal(stderr.split('\n')[0], `proxyherd: ${message}`);
    });
  }

  for (const [args, message] of [
    [['34.0689', '-118.4451'], 'POINT: write LAT,LON without a blank: 34.0689,-118.4451'],
    [['34.0689,', '-118.4451'], 'POINT: write LAT,LON without a blank: 34.0689,-118.4451'],
    [['34.0689,-118.4451', 'cafe'], 'The following argument was not expected: cafe'],
    [['here'], 'POINT: "here" is no place on Earth'],
  ]) {
    it(`is answered with what to write: places near ${args.join(' ')}`, () => {
      const { status, stdout, stderr } = run(['places', 'near', ...args, '--limit', '1']);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.equal(stderr.split('\n')[0], message);
    });
  }
});

describe('proxyherd check-config', () => {
  it('says what the file describes', () => {
    assert.deepEqual(run(['check-config', '--config', rootConfig]), {
      status: 0,
      stdout: `${rootConfig}: herd ucla, 5 servers, 6 links

SERVER    LINE             PEER             HTTP             TALKS WITH
Riley     127.0.0.1:12000  127.0.0.1:13000  127.0.0.1:14000  Jaquez, Juzang
Jaquez    127.0.0.1:12001  127.0.0.1:13001  127.0.0.1:14001  Bernard, Riley
Juzang    127.0.0.1:12002  127.0.0.1:13002  127.0.0.1:14002  Bernard, Campbell, Riley
Campbell  127.0.0.1:12003  127.0.0.1:13003  127.0.0.1:14003  Bernard, Juzang
Bernard   127.0.0.1:12004  127.0.0.1:13004  127.0.0.1:14004  Campbell, Jaquez, Juzang

event loops: one per CPU, shared out among the servers of a machine
data in ${rootConfig.replace('herd.toml', 'data/<id>')}
access: whoever is on the same machine may do everything
`,
      stderr: '',
    });
  });

  it('names all mistakes at once, with status 2', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-'));
    const file = path.join(folder, 'bad.toml');
    fs.writeFileSync(file, '[herd]\nnme = "x"\n');
    const result = run(['check-config', '--config', file]);
    fs.rmSync(folder, { recursive: true });
    assert.deepEqual(result, {
      status: 2,
      stdout: '',
      stderr: `proxyherd: ${file}:1: [herd] has no name; add name = "ucla"
${file}:1: the file names no server; add a [[server]] with id, line and peer
${file}:2: unknown key "nme" in [herd]; did you mean "name"?
`,
    });
  });

  it('takes the file from PROXYHERD_CONFIG where --config does not say', () => {
    const env = { PROXYHERD_CONFIG: rootConfig };
    assert.equal(run(['check-config'], { env }).status, 0);
    assert.deepEqual(run(['check-config', '--config', '/nowhere/herd.toml'], { env }), {
      status: 2,
      stdout: '',
      stderr:
        "proxyherd: /nowhere/herd.toml: cannot be read: No such file or directory; name the herd's file with --config FILE\n",
    });
  });
});

describeHerd('proxyherd send', { topology: two }, (herd) => {
  const { servers } = herd;
  const send = (target, words, options) =>
    run(['send', '--config', herd.configFile, target, ...words], options);

  it('sends the words as one command and prints the reply', () => {
    const client = newClient();
    const { status, stdout, stderr } = send('Riley', ['IAMAT', client, '-33.86+151.20', '1621464827.95']);
    assert.match(stdout, new RegExp(`^AT Riley \\+\\d+\\.\\d{9} ${client} -33\\.86\\+151\\.20 1621464827\\.95\n$`));
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });

  it('takes words that look like options as they are', () => {
    assert.deepEqual(send('Riley', ['-33.86+151.20', '--config', '-h']), {
      status: 1,
      stdout: '? -33.86+151.20 --config -h\n',
      stderr: '',
    });
  });

  it('sends the lines of standard input, to an address as well as to a name', () => {
    const target = `127.0.0.1:${servers.Riley.ports.line}`;
    assert.deepEqual(run(['send', target], { input: 'ONE\n\nTWO' }), { status: 1, stdout: '? ONE\n? TWO\n', stderr: '' });
  });

  it('ends with status 1 if any reply is a refusal, and 0 if none is', () => {
    const good = `IAMAT ${newClient()} +1+1 1\n`;
    assert.equal(send('Riley', [], { input: good + good }).status, 0);
    assert.equal(send('Riley', [], { input: `${good}FLUFFYDOG\n${good}` }).status, 1);
    assert.equal(send('Riley', [], { input: '' }).status, 0);
  });

  it('prints replies while input still comes', async () => {
    const child = spawn(binary, ['send', `127.0.0.1:${servers.Riley.ports.line}`], { timeout: 20_000 });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let printed = '';
    child.stdout.on('data', (bytes) => (printed += bytes));
    child.stdin.write('ONE\n');
    await eventually('the first reply is printed', () => printed === '? ONE\n');
    child.stdin.end('TWO\n');
    assert.equal(await within(10, 'it ends', ended), 1);
    assert.equal(printed, '? ONE\n? TWO\n');
  });

  it('says which server does not run, and how to start it', async () => {
    await servers.Juzang.stop();
    assert.deepEqual(send('Juzang', ['X']), {
      status: 1,
      stdout: '',
      stderr: `proxyherd: cannot connect to Juzang at 127.0.0.1:${servers.Juzang.ports.line}: Connection refused; is it running? proxyherd serve Juzang\n`,
    });
  });

  it('refuses the name of no server with status 2', () => {
    assert.deepEqual(send('Juzan', ['X']), {
      status: 2,
      stdout: '',
      stderr: `proxyherd: "Juzan" is no server of ${herd.configFile}; did you mean "Juzang"? Its servers are Riley, Juzang\n`,
    });
  });
});

describe('proxyherd send, to a server that closes', { timeout: 120_000 }, () => {
  const at = 'AT Riley +0.263873386 kiwi +1+1 5\n';
  const whatsat = `${at}{\n   "results": []\n}\n\n`;

  /// Sends `input` to one that reads everything, says `words` and closes: {status, stdout, stderr}, without its port.
  const sendTo = async (words, input, args = []) => {
    const listener = net.createServer({ allowHalfOpen: true }, (socket) =>
      socket.on('error', () => {}).resume().on('end', () => socket.end(words, 'latin1')));
    await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${listener.address().port}`;
    try {
      const child = spawn(binary, ['send', address, ...args], { timeout: 20_000 });
      const heard = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr']) child[stream].on('data', (bytes) => (heard[stream] += bytes));
      child.stdin.on('error', () => {}); // it may not have asked for any
      child.stdin.end(input);
      const status = await new Promise((resolve) => child.on('close', resolve));
      return { status, stdout: heard.stdout, stderr: heard.stderr.replace(address, 'ADDRESS') };
    } finally {
      listener.close();
    }
  };
  const brokeOff = (answered) =>
    `proxyherd: the conversation with ADDRESS broke off with ${answered} answered: the server closed the connection\n`;

  it('without an answer is told from one that was obeyed', async () => {
    assert.deepEqual(await sendTo('', '', ['IAMAT', 'kiwi', '+1+1', '5']),
      { status: 1, stdout: '', stderr: brokeOff('0 of 1 command') });
    assert.deepEqual(await sendTo('', 'IAMAT kiwi +1+1 5\n\nWHATSAT kiwi 0 0'),
      { status: 1, stdout: '', stderr: brokeOff('0 of 2 commands') });
    assert.deepEqual(await sendTo('', '\n \r\n'), { status: 0, stdout: '', stderr: '' });
  });

  it('after some of the answers has them printed, and is told', async () => {
    const input = 'IAMAT kiwi +1+1 5\nWHATSAT kiwi 10 5\nWHATSAT kiwi 0 0\n';
    assert.deepEqual(await sendTo(at + whatsat, input), { status: 1, stdout: at + whatsat, stderr: brokeOff('2 of 3 commands') });
    assert.deepEqual(await sendTo(at + whatsat + whatsat, input), { status: 0, stdout: at + whatsat + whatsat, stderr: '' });
  });

  it('in the middle of an answer to WHATSAT has its beginning printed, and is told', async () => {
    for (const end of [at.length, at.length + 5, whatsat.length - 1]) {
      const part = whatsat.slice(0, end);
      assert.deepEqual(await sendTo(part, 'WHATSAT kiwi 10 5\n'), { status: 1, stdout: part, stderr: brokeOff('0 of 1 command') });
    }
  });

  it('after words that are none of a herd is shown, and named', async () => {
    assert.deepEqual(await sendTo('HTTP/1.1 400 Bad Request\r\n\r\n', 'X\n'), {
      status: 1,
      stdout: 'HTTP/1.1 400 Bad Request\r\n\r\n',
      stderr: 'proxyherd: ADDRESS is no line port of a herd: it said "HTTP/1.1 400 Bad Request\\x0d"\n',
    });
  });
});

describeHerd('proxyherd status', { topology: two }, (herd) => {
  const { servers } = herd;
  const status = (...args) => run(['status', '--config', herd.configFile, ...args]);
  const heading = 'SERVER  STATE   CLIENTS  REPORTS/S  CONNECTIONS  LINKS\n';

  it('shows every server, its links and their lag', () => {
    const { status: code, stdout, stderr } = status();
    assert.match(
      stdout,
      /^SERVER {2}STATE +CLIENTS +REPORTS\/S +CONNECTIONS +LINKS\nRiley +up \d+ s +\d+ +\d+\.\d +\d+ +Juzang up \d+\.\d m?s\nJuzang +up \d+ s +\d+ +\d+\.\d +\d+ +Riley up \d+\.\d m?s\n$/,
    );
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  it('shows a server that does not answer with the reason, and ends with status 1', async () => {
    await servers.Juzang.stop();
    await eventually('Riley has noticed', async () => (await servers.Riley.link('Juzang')).state !== 'up');
    const { status: code, stdout } = status();
    assert.equal(code, 1);
    const [, riley, juzang] = stdout.split('\n');
    assert.match(riley, /^Riley +up \d+ s .* Juzang (down|connecting) \d+ s$/);
    assert.match(juzang, new RegExp(`^Juzang +down +- +- +-  127\\.0\\.0\\.1:${servers.Juzang.ports.http}: Connection refused$`));
  });

  it('of a herd of which nothing runs says how to start it', async () => {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    const { status: code, stdout, stderr } = status();
    assert.deepEqual({ code, stderr }, { code: 1, stderr: 'Does this herd run? proxyherd up starts it.\n' });
    assert.equal(stdout.match(/Connection refused/g).length, 2);
    assert.equal(status('Riley').stderr, '');
  });

  it('shows a server that says nothing as down after a second', () => {
    servers.Juzang.pause();
    const { status: code, stdout } = status('Juzang');
    assert.equal(code, 1);
    assert.ok(stdout.endsWith(`  127.0.0.1:${servers.Juzang.ports.http}: no answer within 1000 ms\n`), stdout);
  });

  it('shows only the servers it is asked for', () => {
    const { stdout } = status('Juzang');
    assert.deepEqual(stdout.split('\n').map((line) => line.split(' ')[0]), ['SERVER', 'Juzang', '']);
    assert.equal(status('Jusang').status, 2);
  });

  it('--json prints what the servers answered', async () => {
    await servers.Juzang.stop();
    const { status: code, stdout } = status('--json');
    assert.equal(code, 1);
    const [riley, juzang] = JSON.parse(stdout);
    assert.deepEqual([riley.server, riley.ok, riley.status.server], ['Riley', true, 'Riley']);
    assert.deepEqual(Object.keys(riley.status), Object.keys(await servers.Riley.status()));
    assert.deepEqual(juzang, {
      server: 'Juzang',
      ok: false,
      error: `127.0.0.1:${servers.Juzang.ports.http}: Connection refused`,
    });
  });

  it('--watch shows it again and again; where there is no terminal, one below the other', async () => {
    const child = spawnProxyherd(['status', 'Riley', '--config', herd.configFile, '--watch', '0.1']);
    const tables = await eventually('three tables', () => {
      const found = child.output.stdout.split('\n\n');
      return found.length > 3 && found.slice(0, 3);
    });
    child.kill('SIGINT');
    await within(10, 'it ends', child.ended);
    for (const table of tables) {
      assert.ok(table.startsWith(heading), table);
      assert.match(table.slice(heading.length), /^Riley +up .*$/);
    }
  });
});

describe('proxyherd up', () => {
  const herd = new Herd({ topology: two });
  let up;

  before(() => herd.start([])); // writes the configuration and starts none
  after(() => herd.stop());
  afterEach(async () => {
    up.kill('SIGKILL');
    await up.ended;
    await eventually('the servers have ended with it', async () => !(await anyAnswers()));
  });

  const anyAnswers = async () => {
    const answers = await Promise.allSettled(Object.values(herd.servers).map(({ ports }) => httpGet(ports.http, '/v1/status')));
    return answers.some(({ status }) => status === 'fulfilled');
  };
  const start = async () => {
    up = spawnProxyherd(['up', '--config', herd.configFile]);
    for (const server of Object.values(herd.servers)) await serves(server);
  };
  const serves = (server) => eventually(`${server.name} serves: ${up.output.stdout}${up.output.stderr}`, () => server.status());
  const says = (pattern) =>
    eventually(`up prints ${pattern}`, () => {
      const found = pattern.exec(up.output.stdout);
      if (!found) throw new Error(up.output.stdout + up.output.stderr);
      return found;
    });
  /// The process numbers that a server has been started with.
  const pids = (name) =>
    [...up.output.stdout.matchAll(new RegExp(`^${name} +\\| started as process (\\d+)$`, 'gm'))].map(([, pid]) => Number(pid));

  it('runs all servers, names whose output it shows, and ends them in order on Ctrl-C', async () => {
    await start();
    up.kill('SIGINT');
    assert.deepEqual(await within(15, 'up ends', up.ended), { code: 0, signal: null });
    const { stdout, stderr } = up.output;
    assert.equal(stderr, '');
    const [first, ...others] = stdout.trimEnd().split('\n');
    assert.equal(first, 'herd test: 2 servers; Ctrl-C stops them');
    for (const line of others) assert.match(line, /^(Riley |Juzang) \| /);
    for (const name of ['Riley ', 'Juzang']) assert.ok(others.includes(`${name} | ended with status 0`), stdout);
    for (const name of herd.names) assert.equal(pids(name).length, 1);
  });

  it('starts a server that was killed again, and it learns what the others know', async () => {
    await start();
    const client = newClient();
    const riley = await LineClient.connect(herd.servers.Riley.ports.line);
    await riley.write(`IAMAT ${client} +1+1 1\n`);
    const at = await riley.readLine();
    riley.destroy();
    process.kill(pids('Juzang')[0], 'SIGKILL');
    await says(/^Juzang \| ended by signal 9 \(Killed\); starts again in 0\.2 s$/m);
    await eventually('Juzang runs again', () => pids('Juzang').length === 2);
    await serves(herd.servers.Juzang);
    await eventually('Juzang knows it', async () =>
      (await herd.servers.Juzang.ask(`WHATSAT ${client} 0 0\n`)).startsWith(at),
    );
    assert.equal(pids('Riley').length, 1);
  });

  it('leaves a server alone that somebody stopped in order', async () => {
    await start();
    process.kill(pids('Juzang')[0], 'SIGTERM');
    await says(/^Juzang \| ended in order, and stays down$/m);
    process.kill(pids('Riley')[0], 'SIGTERM');
    assert.deepEqual(await within(15, 'up ends', up.ended), { code: 0, signal: null });
    assert.equal(pids('Juzang').length, 1);
  });

  it('does not start a server again whose configuration has become wrong, and ends with status 1', async () => {
    await start();
    const good = fs.readFileSync(herd.configFile);
    fs.appendFileSync(herd.configFile, '[sever]\n');
    try {
      process.kill(pids('Juzang')[0], 'SIGKILL');
      await says(/^Juzang \| proxyherd: .*: unknown key "sever" in the file; did you mean "server"\?$/m);
      await says(/^Juzang \| ended with status 2: not started again$/m);
    } finally {
      fs.writeFileSync(herd.configFile, good);
    }
    await herd.servers.Riley.status();
    up.kill('SIGTERM');
    assert.deepEqual(await within(15, 'up ends', up.ended), { code: 1, signal: null });
  });

  it('a second Ctrl-C ends servers at once that do not end in order', async () => {
    await start();
    for (const name of herd.names) process.kill(pids(name)[0], 'SIGSTOP'); // deaf to SIGTERM
    up.kill('SIGINT');
    // The second must not come before the first is taken: two of a kind that wait become one.
    await eventually('the first is taken', () => {
      const pending = /^(?:ShdPnd):\s+(\w+)$/m.exec(fs.readFileSync(`/proc/${up.pid}/status`, 'latin1'))[1];
      return (BigInt(`0x${pending}`) & 2n) === 0n;
    });
    // A second counts from 0.2 s after the first on only, so whoever is impatient goes on pressing.
    const from = performance.now();
    const pressing = setInterval(() => up.kill('SIGINT'), 100);
    try {
      assert.deepEqual(await within(15, 'up ends', up.ended), { code: 0, signal: null });
    } finally {
      clearInterval(pressing);
    }
    assert.ok(performance.now() - from < 4000, 'sooner than the five seconds that one Ctrl-C leaves them');
    for (const name of herd.names) await says(new RegExp(`^${name} +\\| ended by signal 9`, 'm'));
  });

  it('two signals at once, as timeout(1) sends them, end servers in order', async () => {
    await start();
    up.kill('SIGSTOP'); // so that it finds both at once
    up.kill('SIGTERM');
    up.kill('SIGINT');
    up.kill('SIGCONT');
    assert.deepEqual(await within(15, 'up ends', up.ended), { code: 0, signal: null });
    for (const name of herd.names) await says(new RegExp(`^${name} +\\| ended with status 0$`, 'm'));
  });

  it('gives up where the herd runs already, says so, and leaves that alone', async () => {
    await start();
    const second = spawnProxyherd(['up', '--config', herd.configFile]);
    assert.deepEqual(await within(15, 'the second ends', second.ended), { code: 1, signal: null });
    assert.match(second.output.stdout,
      /^(Riley |Juzang) \| proxyherd: cannot listen on 127\.0\.0\.1:\d+ \(.*\): Address already in use; does this herd run already\? \(proxyherd status\)$/m);
    assert.match(second.output.stdout, /^(Riley |Juzang) \| ended with status 1 before it served: the herd is stopped$/m);
    assert.doesNotMatch(second.output.stdout, /starts again/);
    for (const server of Object.values(herd.servers)) await server.status();
  });

  it('takes its servers with it when it is killed', async () => {
    await start();
    up.kill('SIGKILL'); // afterEach waits for the servers
  });
});
