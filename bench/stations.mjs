// What is measured: stations, each a set of processes that is started once a round and measured in several rows.

import { execFileSync } from 'node:child_process';
import net from 'node:net';
import { setTimeout as passes } from 'node:timers/promises';
import { httpGet } from '../tests/end_to_end/server_process.mjs';
import { Herd, fiveServers, oneServer, platforms, prepare } from './herds.mjs';
import { load } from './load.mjs';
import { NatsCluster } from './nats.mjs';
import { Redis } from './redis.mjs';

/// One server has a core of its own, the generator the other one.
const [serverCore, generatorCore] = [0, 1];
const clients = 100_000;
const million = 1_000_000;
const idleConnections = 10_000;
const loggedRate = 200_000;
const fillRate = 100_000;

/// `seconds` is how long a row measures. A row that `saturates` keeps its server busy if nothing else runs;
/// what one `counts` is the same on a busy machine; one that `isFinal` cannot be
/// repeated.
export function stations({ seconds, quick, large }) {
  const measured = ['--seconds', seconds];
  const pipelines = [1, 16, 128];
  const names = Object.keys(platforms);
  const all = [];

  for (const platform of names) {
    const herd = new Herd(platform, oneServer, { core: serverCore });
    const row = (name, words, more = {}) => ({
      id: `one/${platform}/${name}`,
      measure: () => load(herd, [...words, '--verify', 1000, ...measured], { core: generatorCore }),
      ...more,
    });
    all.push(station(herd, [
      ...pipelines.map((p) => row(`p${p}`, ['--clients', clients, '--pipeline', p, '--warm-up', warmUp(p)], { saturates: true })),
      ...[10_000, 50_000].map((rate) => row(`rate${rate}`, ['--clients', clients, '--rate', rate])),
    ]));
  }

  for (const platform of names) {
    const herd = new Herd(platform, fiveServers);
    all.push(station(herd, [
      ...[1, 32].map((p) => ({
        id: `herd/${platform}/p${p}`,
        measure: () => withCoalescedShare(herd, () => load(herd, ['--clients', clients, '--pipeline', p, '--warm-up', warmUp(p), '--verify', 'all', ...measured])),
      })),
      ...[100, 10_000, 50_000].map((rate) => ({
        id: `herd/${platform}/seen${rate}`,
        measure: () => load(herd, ['--clients', clients, '--rate', rate, '--seen-at', 'Campbell', '--verify', 1000, ...measured], { targets: ['Riley'] }),
      })),
    ]));
  }

  const redis = new Redis();
  const redisRow = (name, command, members, pipeline) => ({
    id: `one/redis/${name}`,
    saturates: true,
    measure: () => redis.load(command, { members, pipeline, seconds, core: generatorCore }),
  });
  all.push({
    ...station(redis, [
      ...pipelines.map((p) => redisRow(`set-p${p}`, 'set', clients, p)),
      { id: 'one/redis/fill', isPreparation: true, measure: () => redis.fill(clients) },
      ...pipelines.map((p) => redisRow(`geoadd-p${p}`, 'geoadd', clients, p)),
      ...(quick ? [] : [
        { id: 'one/redis/memory', once: true, counts: true, measure: () => memoryPerClient(redis, million - clients, () => redis.fill(million)) },
        { id: 'one/redis/fill-million', isPreparation: true, measure: () => redis.fill(million) },
        redisRow('geoadd-million-p128', 'geoadd', million, 128),
        redisRow('geosearch', 'geosearch', million, 1),
      ]),
    ]),
    start: () => redis.start({ core: serverCore }),
  });

  const nats = new NatsCluster();
  all.push(station(nats, [
    { id: 'herd/nats/relay', measure: () => nats.relay({ seconds }) },
    ...[1_000, 10_000, 50_000].map((rate) => ({ id: `herd/nats/seen${rate}`, measure: () => nats.latency({ rate, seconds }) })),
  ]));

  for (const platform of names) {
    const herd = new Herd(platform, oneServer);
    const fill = (count) => load(herd, ['--clients', count, '--rate', fillRate, '--reports', count, '--warm-up', 0]);
    all.push(once(station(herd, [{
      id: `memory/${platform}`,
      isFinal: true,
      measure: async () => {
        await fill(clients);
        return memoryPerClient(herd.servers[0], million - clients, () => fill(million));
      },
    }])));
  }

  if (large) {
    const herd = new Herd('proxyherd', oneServer);
    const fill = (count) => load(herd, ['--clients', count, '--pipeline', 128, '--reports', count, '--warm-up', 0]);
    all.push(once(station(herd, [{
      id: 'memory/proxyherd-10-million',
      counts: true,
      measure: async () => {
        await fill(million);
        return memoryPerClient(herd.servers[0], 9 * million, () => fill(10 * million));
      },
    }])));
  }

  for (const platform of names) {
    const herd = new Herd(platform, oneServer);
    all.push({ start: () => {}, stop: () => herd.stop(), rows: [{ id: `start/${platform}`, measure: () => startHerd(herd) }] });
  }

  for (const platform of names) {
    const herd = new Herd(platform, oneServer);
    all.push(once(station(herd, [{ id: `idle/${platform}`, counts: true, measure: () => holdIdle(herd) }])));
  }

  all.push(once({ start: () => {}, stop: () => {}, rows: [{ id: 'one/proxyherd/near', counts: true, measure: nearestFive }] }));

  const logged = new Herd('proxyherd', oneServer, { log: { traffic: 'all' } });
  all.push(once(station(logged, [{
    id: 'log/proxyherd',
    measure: async () => {
      const sample = await load(logged, ['--clients', clients, '--rate', loggedRate, ...measured]);
      const status = await statusOf(logged.servers[0]);
      return { ...sample, lines_left_out: status.traffic_lines_left_out, lines_dropped: status.log_lines_dropped };
    },
  }])));
  return all;
}

/// What compiles while it runs needs a while until it is as fast as it gets; the first row of a station begins with that.
const warmUp = (pipeline) => (pipeline === 1 ? 5 : 1);

const station = (subject, rows) => ({ start: () => subject.start(), stop: () => subject.stop(), rows });
const once = (some) => ({ ...some, once: true });

const statusOf = async (server) => JSON.parse(await httpGet(server.ports.http, '/v1/status'));

/// How long it takes until the server listens, and how much memory it then has.
async function startHerd(herd) {
  prepare(herd.platform);
  if (herd.servers) await herd.stop();
  const startedAt = performance.now();
  await herd.start();
  return { start_ms: performance.now() - startedAt, resident_bytes: herd.servers[0].process.residentBytes() };
}

/// The five nearest within 10 km among a million, in memory: ours has no port for the question yet.
function nearestFive() {
  const text = execFileSync('build/release/bench/micro/benchmarks', ['--benchmark_filter=nearest_five/1000000$', '--benchmark_format=json'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return { cpu_us: JSON.parse(text).benchmarks[0].cpu_time / 1000 };
}

/// Adds to ours which share of the reports was never passed on to another server, since a newer one overtook it.
async function withCoalescedShare(herd, measure) {
  if (herd.platform !== 'proxyherd') return measure();
  const counts = async () => {
    const all = await Promise.all(herd.servers.map(statusOf));
    const accepted = all.flatMap((status) => status.links).reduce((sum, link) => sum + link.records_accepted, 0);
    return { reports: all.reduce((sum, status) => sum + status.reports, 0), accepted };
  };
  const before = await counts();
  const sample = await measure();
  const after = await counts();
  const others = herd.servers.length - 1;
  return { ...sample, coalesced_share: 1 - (after.accepted - before.accepted) / (others * (after.reports - before.reports)) };
}

async function memoryPerClient(server, added, fill) {
  const before = settledBytes(server.process);
  const filled = await fill();
  return { bytes_per_client: (settledBytes(server.process) - before) / added, latency_us: filled?.latency_us };
}

/// Resident bytes, without garbage where one can ask for its collection.
function settledBytes(process) {
  if (process.command[0] === 'java') execFileSync('jcmd', [String(process.pid), 'GC.run'], { stdio: 'ignore' });
  return process.residentBytes();
}

/// Opens many connections that say nothing, and puts load on a few others.
async function holdIdle(herd) {
  const [server] = herd.servers;
  await load(herd, ['--clients', clients, '--pipeline', 16, '--seconds', 1]);
  const before = settledBytes(server.process);
  const sockets = [];
  let closed = 0;
  while (sockets.length < idleConnections) {
    const some = Array.from({ length: 100 }, () => net.connect({ port: server.ports.line, host: '127.0.0.1' }));
    await Promise.all(some.map((socket) => new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))));
    for (const socket of some) socket.on('error', () => {}).on('close', () => ++closed);
    sockets.push(...some);
  }
  await passes(500); // until the server has accepted the last ones
  const bytes = (settledBytes(server.process) - before) / idleConnections;
  const sample = await load(herd, ['--clients', clients, '--rate', 10_000, '--seconds', 2]);
  const held = idleConnections - closed;
  for (const socket of sockets) socket.removeAllListeners('close').destroy();
  return { bytes_per_connection: bytes, held, refused: sample.refused, unanswered: sample.unanswered };
}
