// The server's log: what came in and went out, every link that opened or dropped, within a second, within bounds.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { fromNow } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { describeHerd } from './herd.mjs';
import { atUcla, newClient, report } from './report.mjs';
import { slowness } from './server_process.mjs';

const withinASecond = 1.2; // what is asked is a second; the rest is for asking

const lineForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z (info|warning|error) [\x20-\x7e]*$/;
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/// How many lines of traffic a log holds, and how many it says that it left out or lost.
function traffic(log) {
  const sum = (pattern) => [...log.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  return {
    logged: log.match(/^\S+ info (in {2}|out )/gm)?.length ?? 0,
    leftOut: sum(/ (\d+) lines of traffic not logged/g),
    lost: sum(/ (\d+) log lines lost/g),
  };
}

/// What traffic() says once it adds up to so many lines.
function allCounted(server, lines) {
  return eventually(`all of ${lines} lines are logged or counted`, () => {
    const counted = traffic(server.log());
    if (counted.logged + counted.leftOut + counted.lost < lines) throw new Error(JSON.stringify(counted));
    return counted;
  });
}

/// Sends `count` IAMATs on one connection: twice as many lines of traffic.
async function burst(server, count) {
  const lines = Array.from({ length: count }, (_, i) => `IAMAT burst-${i} ${atUcla} 1621464827\n`);
  const replies = await server.ask(lines.join(''), 60);
  assert.equal(replies.match(/^AT /gm).length, count);
}

describeHerd('the log', { topology: { Riley: ['Juzang'], Juzang: [] } }, (herd) => {
  const { servers } = herd;
  const logs = (server, pattern) => eventually(`the log of ${server.name} has ${pattern}`, () =>
    pattern.test(server.log()), withinASecond);

  it('has within a second what came in and what went out, with the address of the peer', async () => {
    for (let i = 0; i < 4; ++i) {
      const client = await servers.Riley.connect();
      const id = newClient();
      const command = `IAMAT ${id} ${atUcla} ${fromNow(0)}`;
      await client.write(`  ${command}\t\r\n`);
      const line = await client.readLine();
      await Promise.all([
        logs(servers.Riley, new RegExp(`^\\S+ info in  ${client.address} ${escaped(command)}$`, 'm')),
        logs(servers.Riley, new RegExp(`^\\S+ info out ${client.address} ${escaped(line)}$`, 'm')),
        logs(servers.Riley, new RegExp(`^\\S+ info out Juzang .*${escaped(line)}$`, 'm')),
        logs(servers.Juzang, new RegExp(`^\\S+ info in  Riley .*${escaped(line)}$`, 'm')),
      ]);
      client.destroy();
    }
  });

  it('has the answers to questions and to invalid commands', async () => {
    const id = newClient();
    const line = await report(servers.Riley, { client: id });
    await servers.Riley.ask(`WHATSAT ${id} 0 0\nFLUFFY \t DOG\n`);
    await logs(servers.Riley, new RegExp(`^\\S+ info in  127.0.0.1:\\d+ WHATSAT ${id} 0 0$`, 'm'));
    await logs(servers.Riley, new RegExp(`^\\S+ info out 127.0.0.1:\\d+ ${escaped(line)}\\\\x0a\\{`, 'm'));
    await logs(servers.Riley, /^\S+ info in {2}127.0.0.1:\d+ FLUFFY \\x09 DOG$/m);
    await logs(servers.Riley, /^\S+ info out 127.0.0.1:\d+ \? FLUFFY \\x09 DOG$/m);
  });

  it('has one line for each thing, whatever bytes came', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1');
    await servers.Riley.ask(`${all}\r2021-05-19T00:00:00.000000Z info forged\v\f\n${'x'.repeat(5000)}\n`);
    await logs(servers.Riley, /\\x0d2021-05-19T00:00:00\.000000Z info forged/);
    await logs(servers.Riley, /info in {2}127.0.0.1:\d+ x+\.\.\.$/m);
    const strange = servers.Riley.log().trimEnd().split('\n').filter((line) => !lineForm.test(line));
    assert.deepEqual(strange, []);
  });

  it('says that a link dropped and opened, with the name of the neighbour and the reason', async () => {
    const linked = () => servers.Riley.log().split('\n')
      .filter((line) => / (info|warning) .*\bJuzang\b/.test(line) && !/ info (in|out) /.test(line));
    const before = linked().length;
    assert.ok(before > 0, 'the link that opened at the start is in the log');
    await servers.Juzang.stop();
    await eventually('the drop is logged', () => linked().length > before, withinASecond);
    const [drop] = linked().slice(before);
    assert.match(drop, /down|dropped|closed|lost|gone/);
    await herd.start();
    await eventually('the opening is logged', () => /\b(up|open|opened)\b/.test(linked().at(-1)), withinASecond);
  });

  it('goes on in the same file after a restart', async () => {
    const id = newClient();
    await report(servers.Juzang, { client: id });
    await servers.Juzang.stop();
    assert.ok(servers.Juzang.log().includes(id), 'an orderly end writes what was not written yet');
    await herd.start();
    assert.ok(servers.Juzang.log().includes(id));
  });
});

describeHerd('the log of traffic', { topology: { Riley: [] } }, (herd) => {
  it('is limited to 20,000 lines a second, and the number left out is logged', async () => {
    const { Riley } = herd.servers;
    const reports = 60_000;
    const startedAt = performance.now();
    await burst(Riley, reports);
    const seconds = (performance.now() - startedAt) / 1000;
    const { logged, leftOut, lost } = await allCounted(Riley, 2 * reports);
    assert.equal(logged + leftOut + lost, 2 * reports);
    const limits = Math.ceil(seconds) + 1; // the server's seconds begin when they like
    assert.ok(logged + lost <= 20_000 * limits, `${logged} logged, ${lost} lost in ${seconds} s`);
    assert.equal((await Riley.status()).log_lines_dropped, lost);
  });
});

describeHerd('log.traffic = "off"', { topology: { Riley: ['Juzang'], Juzang: [] }, log: { traffic: 'off' } }, (herd) => {
  it('logs no traffic, but links', async () => {
    await burst(herd.servers.Riley, 100);
    await herd.servers.Riley.stop();
    const log = herd.servers.Riley.log();
    assert.deepEqual(traffic(log), { logged: 0, leftOut: 0, lost: 0 });
    assert.ok(!log.includes('burst-'));
    assert.match(log, /Juzang/);
  });
});

describeHerd('log.traffic = "all"', { topology: { Riley: [] }, threads: 2, log: { traffic: 'all' } }, (herd) => {
  it('loses no line of reports that come as fast as they can on many connections', async () => {
    const { Riley } = herd.servers;
    await Promise.all(Array.from({ length: 10 }, () => burst(Riley, 10_000)));
    const counted = await allCounted(Riley, 200_000);
    assert.deepEqual(counted, { logged: 200_000, leftOut: 0, lost: 0 });
    assert.equal((await Riley.status()).log_lines_dropped, 0);
    const times = Riley.log().split('\n').map((line) => line.slice(0, 27)).filter((time) => time !== '');
    assert.ok(times.every((time, i) => i === 0 || times[i - 1] <= time), 'times do not decrease');
  });

  it('rotates its files at 64 MiB and keeps four', async () => {
    const { Riley } = herd.servers;
    const current = path.join(Riley.data, 'server.log');
    const maxBytes = 64 * 1024 * 1024;
    const lines = `IAMAT ${'x'.repeat(900)} ${atUcla} 1621464827\n`.repeat(2000);
    const client = await Riley.connect();
    let rotations = 0;
    let inode = fs.statSync(current).ino;
    const deadline = performance.now() + 20_000 * slowness;
    while (rotations < 5) {
      assert.ok(performance.now() < deadline, `${rotations} rotations only`);
      await client.write(lines);
      await eventually('answers', () => client.received.split('\n').length > 2000);
      client.received = '';
      const now = fs.statSync(current, { throwIfNoEntry: false })?.ino ?? inode;
      if (now !== inode) ++rotations;
      inode = now;
    }
    client.destroy();
    const kept = fs.readdirSync(Riley.data).filter((name) => name.endsWith('.log')).sort();
    assert.deepEqual(kept, ['server.1.log', 'server.2.log', 'server.3.log', 'server.4.log', 'server.log']);
    for (const name of kept) {
      const { size } = fs.statSync(path.join(Riley.data, name));
      assert.ok(size <= maxBytes, `${name} has ${size} bytes`);
      assert.ok(name === 'server.log' || size > maxBytes - 4096, `${name} has ${size} bytes`);
    }
  });
});
