// `proxyherd bench`: a load on a real herd, and figures that agree with what the herd itself says.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import { after, it } from 'node:test';
import { parseAt } from './at_line.mjs';
import { eventually, within } from './eventually.mjs';
import { chain, describeHerd, freePorts } from './herd.mjs';
import { stored } from './report.mjs';
import { binary, spawnProxyherd } from './server_process.mjs';

/// Runs to its end; resolves to {code, stdout, stderr} and, with --json, the result.
async function bench(...args) {
  const child = spawnProxyherd(['bench', ...args]);
  const { code } = await within(90, 'bench ends', child.ended);
  const result = args.includes('--json') && child.output.stdout ? JSON.parse(child.output.stdout) : null;
  return { code, ...child.output, result };
}

const short = ['--seconds', '0.5', '--warm-up', '0.1', '--json'];

function assertAscending(latency) {
  const { count, min, p50, p90, p99, p99_9, max } = latency;
  assert.ok(count > 0 && min > 0);
  const steps = [min, p50, p90, p99, p99_9, max];
  assert.deepEqual(steps, [...steps].sort((a, b) => a - b));
}

describeHerd('bench', { topology: chain('Riley', 'Juzang', 'Campbell') }, (herd) => {
  const { servers } = herd;
  const config = () => ['--config', herd.configFile];
  const pids = (name) => {
    // setpriv, which starts the program, becomes it.
    return [servers[name].pid];
  };

  it('in closed loop every report is answered, counted and held by every server', async () => {
    const { code, stderr, result } = await bench(...config(), '--reports', '60000', '--connections', '7', '--pipeline', '4',
      '--clients', '500', '--threads', '2', '--warm-up', '0', '--verify', 'all', '--json');
    assert.equal(stderr, '');
    assert.equal(code, 0);
    const { elapsed_s, reports_per_s, latency_us, cpu_us_per_report, servers: told, generator, held, copies_per_report, ...rest } = result;
    for (const changing of ['per_second', 'per_second_min', 'per_second_max']) delete rest[changing];
    assert.deepEqual(rest, {
      loop: 'closed', rate: null, connections: 7, pipeline: 4, clients: 500, id_bytes: 23, step_m: 10, seed: 1, threads: 2,
      warm_up_s: 0, reports: 60000, refused: 0, first_refused: null, unanswered: 0, unsent: 0, connections_lost: 0,
      first_failure: null, sent_late_us: null, seen: null, left_out: [], interrupted: false, ok: true,
    });
    assert.ok(Math.abs(reports_per_s - 60000 / elapsed_s) <= 1);
    assertAscending(latency_us);
    assert.equal(latency_us.count, 60000);
    assert.equal(latency_us.from, 'batch_sent');
    assert.ok(cpu_us_per_report > 0 && generator.cpu_us_per_report > 0 && generator.busy_percent > 0);
    assert.deepEqual(told.map(({ server, address, connections, pids }) => ({ server, address, connections, pids })),
      ['Riley', 'Juzang', 'Campbell'].map((name, i) => (
        { server: name, address: `127.0.0.1:${servers[name].ports.line}`, connections: [3, 2, 2][i], pids: pids(name) })));
    for (const { cpu_s, busy_percent, waited_percent, resident_bytes } of told) {
      assert.ok(cpu_s > 0 && busy_percent > 0 && waited_percent >= 0 && resident_bytes > 1e6);
    }
    assert.ok(copies_per_report > 0 && copies_per_report < 10, `${copies_per_report} copies`);
    const { settled_ms, ...kept } = held;
    assert.ok(settled_ms > 0);
    assert.deepEqual(kept, {
      clients: 500, all_clients: true, lost: 0,
      servers: ['Riley', 'Juzang', 'Campbell'].map((server) => ({ server, lost: 0, first_lost: null, error: null })),
    });
    for (const { status } of await statuses()) assert.equal(status.clients, 500);
  });

  const statuses = () => Promise.all(Object.values(servers).map(async (server) => ({ server, status: await server.status() })));

  it('the servers count the reports that it says, with the time of now, and none more', async () => {
    const before = (await servers.Juzang.status()).reports;
    const began = Date.now() / 1000;
    const { code, result } = await bench('Juzang', ...config(), '--reports', '777', '--warm-up', '0', '--clients', '60', '--json');
    assert.equal(code, 0);
    assert.equal(result.reports, 777);
    assert.equal((await servers.Juzang.status()).reports, before + 777);
    // Riley and Campbell work for every report, too.
    assert.deepEqual(result.servers.map(({ server, connections }) => [server, connections]), [['Juzang', 50], ['Riley', 0], ['Campbell', 0]]);
    const at = parseAt(await stored(servers.Campbell, 'bench-00000000000000059'));
    assert.equal(at.server, 'Juzang');
    assert.ok(Number(at.time) >= began && Number(at.time) <= Date.now() / 1000);
    assert.match(at.location, /^[+-]\d\d\.\d{6}[+-]\d{3}\.\d{6}$/);
  });

  it('in open loop reports leave at the rate asked for, whatever comes back', async () => {
    const before = (await servers.Riley.status()).reports;
    const { code, result } = await bench('Riley', ...config(), '--rate', '400', ...short);
    assert.equal(code, 0);
    assert.equal(result.loop, 'open');
    assert.equal(result.rate, 400);
    assert.equal(result.pipeline, null);
    assert.equal(result.reports, 200);
    assert.equal((await servers.Riley.status()).reports, before + 240, 'warm-up included');
    assertAscending(result.latency_us);
    assertAscending(result.sent_late_us);
    assert.equal(result.latency_us.from, 'due');
    assert.equal(result.latency_us.count, 200);
  });

  it('a server that stands still is charged for every report that it delayed', async () => {
    const child = spawnProxyherd(['bench', 'Riley', ...config(), '--rate', '1000', '--seconds', '3', '--warm-up', '0', '--json']);
    const { reports } = await servers.Riley.status();
    await eventually('it reports', async () => (await servers.Riley.status()).reports > reports + 100);
    servers.Riley.pause();
    const pausedAt = performance.now();
    await eventually('a second has passed', () => performance.now() > pausedAt + 1000);
    servers.Riley.resume();
    const { code } = await within(60, 'bench ends', child.ended);
    const result = JSON.parse(child.output.stdout);
    assert.equal(code, 0, child.output.stdout);
    assert.equal(result.reports, 3000);
    // A third of the reports was due during that second: half of these waited for more than half of it.
    assert.ok(result.latency_us.p90 > 500_000, `p90 ${result.latency_us.p90} us`);
    assert.ok(result.latency_us.max > 950_000, `max ${result.latency_us.max} us`);
  });

  it('--seen-at tells how soon another server knows, two hops away', async () => {
    const { code, result } = await bench('Riley', ...config(), '--rate', '50', '--seen-at', 'Campbell', ...short);
    assert.equal(code, 0);
    assert.equal(result.seen.at, 'Campbell');
    assert.equal(result.seen.unseen, 0);
    assert.equal(result.seen.failure, null);
    assertAscending(result.seen);
    assert.equal(result.seen.resolution.count, result.seen.count);
    assert.ok(result.seen.resolution.p50 <= result.seen.p50);
    const { location } = parseAt(await stored(servers.Campbell, 'bench-seen-0'));
    assert.equal(location, '+34.068930-118.445127');
  });

  it('takes addresses without a herd.toml', async () => {
    const address = `127.0.0.1:${servers.Riley.ports.line}`;
    const other = `127.0.0.1:${servers.Campbell.ports.line}`;
    const { code, result } = await bench(address, '--config', '/no/such/herd.toml', '--rate', '50', '--seen-at', other, ...short);
    assert.equal(code, 0);
    assert.deepEqual(result.servers.map(({ server, connections, pids }) => [server, connections, pids]),
      [[address, 50, pids('Riley')], [other, 0, pids('Campbell')]]);
    assert.deepEqual(result.held.servers.map(({ server, lost }) => [server, lost]), [[address, 0], [other, 0]]);
    assert.equal(result.copies_per_report, null);
  });

  it('without --json prints a table for people', async () => {
    const { code, stdout, stderr } = await bench(...config(), ...short.slice(0, -1), '--clients', '200', '--seen-at', 'Campbell');
    assert.equal(code, 0);
    assert.equal(stderr, '');
    const lines = [
      /^50 connections, 200 clients, closed loop, 1 pipelined$/, /^$/,
      /^reports   [\d,]+ answered in 0\.\d s: [\d,]+\/s$/,
      /^latency   p50 \S+ .s  p90 \S+ .s  p99 \S+ .s  p99\.9 \S+ .s  max \S+ .s$/,
      /^          from the sending of a batch to each of its answers$/,
      /^CPU       \S+ us a report at all servers together; load generator \S+ us a report, \d+ % of a core$/,
      /^links     \S+ copies a report, all links together$/,
      /^seen      p50 /, /^          at Campbell, of \d+ reports? elsewhere; to within /,
      /^held      the newest reports of all 200 clients by 3 servers, within \S+ m?s of the last answer$/, /^$/,
      /^SERVER    CONNECTIONS +CPU\/REPORT +BUSY +WAITED +MEMORY$/,
      /^Riley              17 /, /^Juzang             17 /, /^Campbell           16 /,
    ];
    for (const [i, line] of stdout.split('\n').slice(0, lines.length).entries()) assert.match(line.replaceAll(/ +(?=\d+ MiB)/g, ' '), lines[i]);
  });

  it('SIGINT and SIGTERM end it early, and what was measured is told', async () => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      const { reports } = await servers.Riley.status();
      const child = spawnProxyherd(['bench', 'Riley', ...config(), '--seconds', '3600', '--warm-up', '0', '--json']);
      await eventually('it reports', async () => (await servers.Riley.status()).reports > reports + 100);
      child.kill(signal);
      assert.deepEqual(await within(30, 'it ends', child.ended), { code: 0, signal: null });
      const result = JSON.parse(child.output.stdout);
      assert.equal(result.interrupted, true);
      assert.equal(result.reports, (await servers.Riley.status()).reports - reports);
      assert.equal(result.held.lost, 0);
    }
  });

  it('on a terminal a line shows how far it is, and is gone in the end', async () => {
    const command = `${binary} bench Riley --config ${herd.configFile} --seconds 1 --warm-up 0.5 --clients 100 --json 2>&1 >/dev/null`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] });
    after(() => child.kill('SIGKILL'));
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (shown += text));
    await within(30, 'it ends', new Promise((resolve) => child.on('close', resolve)));
    assert.match(shown, /\rwarming up {2}[\d,]+ reports answered {2}[\d,]+\/s\x1b\[K/);
    assert.match(shown, /\r0:00 of 0:01 {2}[\d,]+ reports answered {2}[\d,]+\/s\x1b\[K/);
    assert.ok(shown.endsWith('\r\x1b[K'), JSON.stringify(shown.slice(-100)));
  });

  it('says what is wrong with the command line before anything is sent', async () => {
    const errorOf = async (...args) => {
      const { code, stdout, stderr } = await bench(...args, ...config());
      assert.equal(stdout, '');
      assert.equal(code, 2);
      return stderr.replaceAll(herd.configFile, 'herd.toml').trim();
    };
    assert.equal(await errorOf('Rily'),
      'proxyherd: "Rily" is no server of herd.toml; did you mean "Riley"? Its servers are Riley, Juzang, Campbell');
    assert.equal(await errorOf('Riley', 'Riley'), 'proxyherd: Riley is named twice');
    assert.equal(await errorOf('--rate', '10', '--pipeline', '2'),
      'proxyherd: --pipeline and --rate exclude one another: with --rate every report is sent at its own time, however many are under way');
    assert.equal(await errorOf('--seconds', '1', '--reports', '2'),
      'proxyherd: --seconds and --reports exclude one another: each says when to end');
    assert.equal(await errorOf('--clients', '49'), 'proxyherd: --clients: each connection needs a client of its own, 50 at least');
    assert.equal(await errorOf('--threads', '51'), 'proxyherd: --threads: each thread needs a connection, so at most 50');
    assert.equal(await errorOf('--id-bytes', '10'), 'proxyherd: --id-bytes: 100000 distinct ids need at least 11 bytes');
    assert.equal(await errorOf('--connections', '2'), 'proxyherd: --connections: 3 servers are to be reported to, so at least 3');
    assert.equal(await errorOf('--verify', 'some'), 'proxyherd: --verify: "some" is neither a number of clients nor "all"');
    assert.equal(await errorOf('Riley', '--seen-at', 'Riley'),
      'proxyherd: --seen-at: Riley is the only server that is reported to; name another one');
    assert.match(await errorOf('--rate', '0'), /^--rate: Value 0 not in range /);
  });
});

describeHerd('bench, of herds that do not do as they should', { topology: chain('Riley', 'Juzang'), limits: { clients_max: 30 } }, (herd) => {
  it('refused reports are counted, and cost the status', async () => {
    const run = (clients, reports) => bench('Riley', '--config', herd.configFile, '--connections', '10', '--clients', clients,
      '--reports', reports, '--warm-up', '0', '--json');
    // The first thirty by name; of thirty reports a slow connection might not have sent its share.
    const lines = Array.from({ length: 30 }, (_, i) => `IAMAT bench-${String(i).padStart(17, '0')} +0+0 1\n`);
    assert.doesNotMatch(await herd.servers.Riley.ask(lines.join('')), /^\?/m);
    assert.equal((await run('30', '300')).code, 0);
    const { code, result } = await run('40', '400');
    assert.equal(code, 1);
    assert.deepEqual([result.ok, result.reports, result.held], [false, 400, null]);
    assert.equal(result.refused, (await herd.servers.Riley.status()).clients_refused);
    assert.match(result.first_refused, /^\? IAMAT bench-0{15}3\d [+-]/);
  });

  it('a server that stands still is left out, unless it is one of those that are asked for', async () => {
    const { Riley, Juzang } = herd.servers;
    process.kill(Juzang.pid, 'SIGSTOP');
    try {
      const args = ['--config', herd.configFile, '--connections', '3', '--clients', '30', '--reports', '300', '--json'];
      const { code, result } = await bench('Riley', ...args);
      assert.deepEqual([code, result.ok, result.left_out], [0, true, [{ server: 'Juzang',
        error: `Juzang at 127.0.0.1:${Juzang.ports.line} is no line port of a herd: does not answer WHATSAT` }]]);
      assert.match((await bench('Riley', 'Juzang', ...args)).stderr, /^proxyherd: Juzang at \S+ is no line port of a herd: does not answer WHATSAT$/m);
    } finally {
      process.kill(Juzang.pid, 'SIGCONT');
    }
    await eventually('they are linked again', async () => (await Riley.link('Juzang')).state === 'up');
  });

  it('a server that goes away in the middle costs its connections, and the status', async () => {
    const child = spawnProxyherd(['bench', '--config', herd.configFile, '--connections', '10', '--clients', '30',
      '--seconds', '3600', '--warm-up', '0', '--json']);
    const { reports } = await herd.servers.Juzang.status();
    await eventually('it reports', async () => (await herd.servers.Juzang.status()).reports > reports + 100);
    await herd.servers.Juzang.kill();
    await eventually('Riley is alone', async () => (await herd.servers.Riley.link('Juzang')).state !== 'up');
    child.kill('SIGINT');
    assert.equal((await within(30, 'it ends', child.ended)).code, 1);
    const result = JSON.parse(child.output.stdout);
    assert.deepEqual([result.ok, result.connections_lost], [false, 5]);
    assert.match(result.first_failure, /^Juzang at 127\.0\.0\.1:\d+: (the server closed the connection|Connection reset by peer)$/);
    const [riley, juzang] = result.servers;
    assert.ok(riley.cpu_us_per_report > 0);
    assert.deepEqual([juzang.cpu_s, juzang.busy_percent, result.cpu_us_per_report], [null, null, null]);
    // Which reports Juzang took last nobody knows; Riley holds those that it took itself.
    assert.deepEqual([result.held.clients, result.held.servers.map(({ server, lost, error }) => [server, lost, error])],
      [15, [['Riley', 0, null], ['Juzang', null, 'Connection refused']]]);
  });

  it('a target that does not run or is no line port is told, with its address', async () => {
    await herd.servers.Juzang.stop();
    const errorOf = async (...args) => {
      const { code, stdout, stderr } = await bench(...args, '--config', herd.configFile, ...short);
      assert.equal(stdout, '');
      assert.equal(code, 1);
      return stderr.trim().replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS');
    };
    assert.equal(await errorOf(),
      'proxyherd: cannot connect to Juzang at ADDRESS: Connection refused; is it running? (proxyherd up, proxyherd serve NAME)');
    const [free] = await freePorts(1);
    assert.equal(await errorOf(`127.0.0.1:${free}`),
      'proxyherd: cannot connect to ADDRESS: Connection refused; is it running? (proxyherd up, proxyherd serve NAME)');
    assert.equal(await errorOf(`127.0.0.1:${herd.servers.Riley.ports.http}`),
      'proxyherd: ADDRESS is no line port of a herd: answered "HTTP/1.1 400 Bad Request\\x0d" to WHATSAT');
    // One that says AT to everything.
    const stranger = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('AT your service\n{}\n\n'));
    });
    await new Promise((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    after(() => stranger.close());
    const { code, result } = await bench(`127.0.0.1:${stranger.address().port}`, ...short);
    assert.equal(code, 1);
    assert.equal(result.connections_lost, 50);
    assert.match(result.first_failure, /^127\.0\.0\.1:\d+: answered "AT your service" to "IAMAT bench-00000000000000000 /);

    // The others of a herd need not run.
    const alone = await bench('Riley', '--config', herd.configFile, '--clients', '30', '--connections', '3', ...short);
    assert.equal(alone.code, 0);
    assert.deepEqual(alone.result.left_out, [{ server: 'Juzang',
      error: `cannot connect to Juzang at 127.0.0.1:${herd.servers.Juzang.ports.line}: Connection refused` }]);
  });
});

describeHerd('bench, of a herd without links', { topology: { Riley: [], Juzang: [] } }, (herd) => {
  it('at a rate beyond what a server can take it tells what was answered, and what was not sent', async () => {
    const { code, result } = await bench('Riley', '--config', herd.configFile, '--rate', '50000000', '--seconds', '0.2', '--warm-up', '0',
      '--verify', '0', '--json');
    assert.equal(code, result.unanswered > 0 ? 1 : 0);
    assert.ok(result.unsent > 0 && result.reports_per_s > 1000 && result.reports_per_s < 50_000_000);
    assert.equal(result.reports + result.unanswered + result.unsent, 10_000_000);
    assert.equal(result.latency_us.count, 10_000_000);
    assert.ok(result.latency_us.p50 > 100_000, 'those never sent count with the time they waited');
  });

  it('reports that never come to another server are lost, and cost the status', async () => {
    const args = ['Riley', '--config', herd.configFile, '--clients', '60', '--reports', '600', '--warm-up', '0'];
    const { code, result } = await bench(...args, '--json');
    assert.equal(code, 1);
    assert.deepEqual([result.ok, result.reports, result.copies_per_report, result.held.lost], [false, 600, 0, 60]);
    assert.deepEqual(result.held.servers, [
      { server: 'Riley', lost: 0, first_lost: null, error: null },
      { server: 'Juzang', lost: 60, first_lost: 'bench-00000000000000000', error: null },
    ]);
    const probed = await bench(...args, '--seen-at', 'Juzang');
    assert.equal(probed.code, 1);
    assert.match(probed.stdout, /^held {6}60 lost, of all 60 clients at 2 servers$/m);
    assert.match(probed.stdout, /^Juzang does not hold the newest report of 60 clients, the first one: bench-0{17}$/m);
  });
});
