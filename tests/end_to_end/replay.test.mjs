// `proxyherd replay`: recorded tracks as moving clients of a real herd.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAt } from './at_line.mjs';
import { eventually, within } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { positionOf } from './places_near.mjs';
import { stored } from './report.mjs';
import { slowness, spawnProxyherd } from './server_process.mjs';

const demo = fileURLToPath(new URL('../../data/demo', import.meta.url));
const demoTracks = fs.readdirSync(demo).filter((name) => name.endsWith('.gpx')).map((name) => path.join(demo, name));

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'replay-'));
after(() => fs.rmSync(folder, { recursive: true }));

/// A GPX file with one track of these [latitude, longitude, seconds].
function track(name, points) {
  const file = path.join(folder, `${name}.gpx`);
  const trkpts = points.map(([lat, lon, seconds]) =>
    `<trkpt lat="${lat}" lon="${lon}"><time>${new Date(seconds * 1000).toISOString()}</time></trkpt>`);
  fs.writeFileSync(file, `<gpx><trk><name>${name}</name><trkseg>${trkpts.join('')}</trkseg></trk></gpx>`);
  return file;
}

/// Runs to its end; resolves to {code, stdout, stderr} and, with --json, the summary.
async function replay(...args) {
  const child = spawnProxyherd(['replay', ...args]);
  const { code } = await within(60, 'replay ends', child.ended);
  const summary = args.includes('--json') && child.output.stdout ? JSON.parse(child.output.stdout) : null;
  return { code, ...child.output, summary };
}

describeHerd('replay', { topology: chain('Riley', 'Juzang') }, (herd) => {
  const { servers } = herd;
  const config = () => ['--config', herd.configFile];

  it('reports every point of every track and ends with the summary', async () => {
    const points = demoTracks.reduce((sum, file) => sum + fs.readFileSync(file, 'utf8').split('<trkpt').length - 1, 0);
    const { code, stderr, summary } = await replay(...demoTracks, '--to', 'Riley', ...config(), '--speed', 'max', '--json');
    assert.equal(stderr, '');
    assert.equal(code, 0);
    const { elapsed_ms, reports_per_s, servers: [riley], ...counts } = summary;
    assert.deepEqual(counts, {
      tracks: demoTracks.length, clients: demoTracks.length, sent: points, answered: points,
      refused: 0, first_refused: '', unanswered: 0, skipped: 0, reconnects: 0,
    });
    assert.ok(elapsed_ms > 0 && reports_per_s > 0);
    assert.deepEqual(riley, {
      server: 'Riley', address: `127.0.0.1:${servers.Riley.ports.line}`, connected: true,
      sent: points, answered: points, refused: 0, reconnects: 0,
    });
    // Every client ended where its tour began, the demo's tours being round trips.
    for (const file of demoTracks) {
      const [, lat, lon] = /<trkpt lat="([^"]*)" lon="([^"]*)"/.exec(fs.readFileSync(file, 'utf8'));
      const at = parseAt(await stored(servers.Riley, path.basename(file, '.gpx')));
      assert.deepEqual(positionOf(at.location), { lat: Number(lat), lng: Number(lon) });
    }
  });

  it('spreads copies of the tracks over the servers named', async () => {
    const before = { Riley: await servers.Riley.status(), Juzang: await servers.Juzang.status() };
    const hill = track('up hill', [[1, 2, 0], [1, 3, 1], [1, 4, 2]]);
    const { code, stdout } = await replay(hill, '--to', 'Riley,Juzang', ...config(), '--clients', '4', '--speed', '0');
    assert.equal(code, 0);
    assert.match(stdout, /^4 clients on 1 track: 12 reports sent, 12 answered, 0 refused; [\d,]+\/s in \d+\.\d s\n$/);
    for (const name of ['Riley', 'Juzang']) {
      assert.equal((await servers[name].status()).reports, before[name].reports + 6);
    }
    const hearers = [];
    for (const client of ['up-hill', 'up-hill-2', 'up-hill-3', 'up-hill-4']) {
      const line = await eventually(`Riley knows ${client}`, async () => {
        const answer = await stored(servers.Riley, client);
        return answer.startsWith('AT ') && answer;
      });
      hearers.push(parseAt(line).server);
    }
    assert.deepEqual(hearers, ['Riley', 'Juzang', 'Riley', 'Juzang']);
  });

  it('drives at the speed asked for, each report with the time and the place of its moment', async () => {
    const east = track('east', [[10, 0, 0], [10, 4, 4]]);
    const to = `127.0.0.1:${servers.Riley.ports.line}`;
    const began = Date.now();
    const { code, summary } = await replay(east, '--to', to, '--clients', '2', '--speed', '4', '--json');
    assert.equal(code, 0);
    assert.equal(summary.sent, 4);
    assert.ok(summary.elapsed_ms >= 1000, 'a lap of five seconds at speed 4');
    assert.ok(summary.elapsed_ms < 1250 + 1000 * slowness, `${summary.elapsed_ms} ms`);
    // The copy began half a lap along and drove on from the beginning: the last it saw was the beginning.
    const [first, second] = [parseAt(await stored(servers.Riley, 'east')), parseAt(await stored(servers.Riley, 'east-2'))];
    assert.deepEqual(positionOf(first.location), { lat: 10, lng: 4 });
    assert.deepEqual(positionOf(second.location), { lat: 10, lng: 0 });
    for (const { time } of [first, second]) assert.ok(Number(time) * 1000 >= began && Number(time) * 1000 <= Date.now());
  });

  it('loops until the duration is over, or until SIGINT or SIGTERM', async () => {
    const short = track('short', [[0, 0, 0], [0, 0.001, 1]]);
    const { code, summary } = await replay(short, '--to', 'Riley', ...config(), '--loop', '--speed', '50', '--duration', '0.5', '--json');
    assert.equal(code, 0);
    assert.ok(summary.sent + summary.skipped > 4, 'more than two laps');
    assert.equal(summary.answered, summary.sent);

    for (const signal of ['SIGINT', 'SIGTERM']) {
      const reports = (await servers.Riley.status()).reports;
      const child = spawnProxyherd(['replay', short, '--to', 'Riley', ...config(), '--loop', '--speed', '100']);
      await eventually('it drives', async () => (await servers.Riley.status()).reports > reports + 5);
      child.kill(signal);
      assert.deepEqual(await within(5, 'it ends', child.ended), { code: 0, signal: null });
      assert.match(child.output.stdout, /^1 client on 1 track: \d+ reports sent, \d+ answered, 0 refused/);
    }
  });

  it('calls a server that went away again, and goes on', async () => {
    const tour = track('tour', [[0, 0, 0], [0, 0.001, 1]]);
    const child = spawnProxyherd(['replay', tour, '--to', 'Riley', ...config(), '--loop', '--speed', '100', '--json']);
    await eventually('it drives', async () => (await stored(servers.Riley, 'tour')).startsWith('AT '));
    await servers.Riley.kill();
    await eventually('it noticed', () => child.output.stderr.includes('Riley: '));
    await herd.start();
    const { reports } = await servers.Riley.status();
    await eventually('it drives again', async () => (await servers.Riley.status()).reports > reports + 5);
    child.kill('SIGTERM');
    assert.deepEqual(await within(5, 'it ends', child.ended), { code: 0, signal: null });
    const summary = JSON.parse(child.output.stdout);
    assert.equal(summary.reconnects, 1);
    assert.equal(summary.sent, summary.answered + summary.unanswered);
    assert.match(child.output.stderr, /^replay: Riley: .*; calling again\nreplay: Riley: connected again\n$/);
  });

  it('says what is wrong before anything is sent', async () => {
    const tour = track('tour', [[0, 0, 0]]);
    const errorOf = async (...args) => {
      const { code, stdout, stderr } = await replay(...args, ...config());
      assert.equal(stdout, '');
      return [code, stderr.replaceAll(folder, '').replaceAll(herd.configFile, 'herd.toml')];
    };
    assert.deepEqual(await errorOf('/no/such.gpx', '--to', 'Riley'), [1, 'proxyherd: /no/such.gpx: No such file or directory\n']);
    fs.writeFileSync(path.join(folder, 'broken.gpx'), '<gpx>\n<trk>\n</gpx>');
    assert.deepEqual(await errorOf(path.join(folder, 'broken.gpx'), '--to', 'Riley'),
      [1, 'proxyherd: /broken.gpx:3: not well-formed XML: mismatched tag\n']);
    assert.deepEqual(await errorOf(tour, '--to', 'Rily'),
      [2, 'proxyherd: "Rily" is no server of herd.toml; did you mean "Riley"? Its servers are Riley, Juzang\n']);
    assert.deepEqual(await errorOf(tour, '--to', 'Riley', '--speed', 'fast'),
      [2, 'proxyherd: --speed: "fast" is neither a number from 0 to 1000 nor "max"\n']);
    assert.equal((await errorOf(tour))[0], 2, 'without --to');
  });
});

describeHerd('replay, refused or unheard', { topology: { Riley: [], Juzang: [] }, limits: { clients_max: 2 } }, (herd) => {
  it('shows the first refusal and ends with status 1', async () => {
    const files = ['a', 'b', 'c'].map((name) => track(name, [[1, 2, 0], [1, 2, 1]]));
    const { code, stderr, summary } = await replay(...files, '--to', 'Riley', '--config', herd.configFile, '--speed', 'max', '--json');
    assert.equal(code, 1);
    assert.deepEqual([summary.sent, summary.answered, summary.refused], [6, 4, 2]);
    assert.match(summary.first_refused, /^\? IAMAT c \+1\.0000000\+2\.0000000 \d+\.\d{9}$/);
    assert.equal(stderr, `replay: Riley refused a report: ${summary.first_refused}\n`);
  });

  it('a server that is never there costs its own clients only, and the status', async () => {
    await herd.servers.Juzang.stop();
    const file = track('a', [[1, 2, 0], [1, 2, 1]]);
    const { code, stderr, summary } = await replay(file, '--to', 'Riley,Juzang', '--config', herd.configFile,
      '--clients', '2', '--speed', 'max', '--json');
    assert.equal(code, 1);
    assert.deepEqual(summary.servers.map(({ connected, answered }) => [connected, answered]), [[true, 2], [false, 0]]);
    assert.match(stderr, /^replay: cannot connect to Juzang at 127\.0\.0\.1:\d+: Connection refused; is it running\? /);
  });
});
