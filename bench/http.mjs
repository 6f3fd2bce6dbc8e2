// What a report costs over HTTP, beside a bare Beast server that parses the same JSON (bare_beast.cpp); and what one of
// many in one body costs. Both servers have one thread on one core, wrk has the other; rounds alternate.
//
//     ninja -C build/release proxyherd bare_beast && node bench/http.mjs [rounds] [seconds]
//
// Needs wrk (Debian's package of that name).

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Process, freePorts, run } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const release = path.join(root, 'build/release');
const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 4);
const [serverCore, loadCore] = [0, 1];
const connections = 64;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-http-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const [line, peer, http, bare] = await freePorts(4);
const config = path.join(folder, 'herd.toml');
fs.writeFileSync(config, `[herd]\nname = "bench"\ndata = "data"\nthreads = 1\n
[[server]]\nid = "Riley"\nline = "127.0.0.1:${line}"\npeer = "127.0.0.1:${peer}"\nhttp = "127.0.0.1:${http}"
[log]\ntraffic = "off"\n`);

const servers = [
  { name: 'proxyherd', port: http, process: new Process([path.join(release, 'proxyherd'), 'serve', 'Riley', '--config', config], { core: serverCore }) },
  { name: 'bare Beast', port: bare, process: new Process([path.join(release, 'bench/micro/bare_beast'), String(bare)], { core: serverCore }) },
];
for (const { process: server, port } of servers) await server.listens(port);

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/// Runs `work` and resolves to what it made and the CPU that the server used meanwhile, in seconds.
async function measured(server, work) {
  const before = server.process.cpuSeconds();
  const made = await work();
  return { made, cpu: server.process.cpuSeconds() - before };
}

async function load(server) {
  const { made: output, cpu } = await measured(server, () =>
    run(['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', path.join(root, 'bench/http_reports.lua'),
      `http://127.0.0.1:${server.port}/`], { core: loadCore }));
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`${server.name}: ${output}`);
  const requests = Number(/(\d+) requests in/.exec(output)[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]);
  return { perSecond, cpuMicroseconds: (cpu * 1e6) / requests };
}

const results = new Map(servers.map((server) => [server, []]));
for (let round = 0; round < rounds; ++round) {
  for (const server of servers) {
    const result = await load(server);
    results.get(server).push(result);
    console.log(`${server.name.padEnd(12)} ${Math.round(result.perSecond)} requests/s  ${result.cpuMicroseconds.toFixed(2)} us of CPU each`);
  }
}
const [ours, theirs] = servers.map((server) => ({
  perSecond: median(results.get(server).map((result) => result.perSecond)),
  cpu: median(results.get(server).map((result) => result.cpuMicroseconds)),
}));
console.log(`medians: ${Math.round((100 * ours.perSecond) / theirs.perSecond)} % of the requests per second, ` +
  `${Math.round((100 * theirs.cpu) / ours.cpu)} % by CPU time`);

const reports = 100_000;
const file = path.join(folder, 'reports.ndjson');
const batches = [];
for (let round = 0; round < rounds; ++round) {
  const time = 1_700_000_000 + round;
  fs.writeFileSync(file, Array.from({ length: reports }, (_, i) =>
    `{"client":"phone-${i}","lat":34.068930,"lon":-118.445127,"time":${time}.959498503,"accuracy_m":15}\n`).join(''));
  const { made, cpu } = await measured(servers[0], () =>
    run(['curl', '-sS', '-H', 'Content-Type: application/x-ndjson', '--data-binary', `@${file}`,
      `http://127.0.0.1:${http}/v1/reports`], { core: loadCore }));
  if (JSON.parse(made).accepted !== reports) throw new Error(made);
  batches.push(reports / cpu);
}
console.log(`batches of ${reports}: ${batches.map((rate) => rate.toPrecision(2) / 1e6).join(', ')} million reports per second of CPU`);
process.exit(0);
