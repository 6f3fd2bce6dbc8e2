#!/usr/bin/env node
// How many reports a second, at what cost, and how soon the farthest server knows: figures for the notes.
//
//   load.mjs [--servers 1|5] [--connections 50] [--pipeline 32] [--clients 100000] [--seconds 10] [--workers 2] [--tls]
//
// $PROXYHERD gives the binary (default: build/release/proxyherd). Each connection keeps `pipeline` reports under way:
// it writes them at once, waits for all the answers, writes the next. The requests are built beforehand but for the
// digits of their times, and of the answers only the bytes are counted, so that the generator costs little.

import net from 'node:net';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { latencies, quantile } from './latency.mjs';

process.env.PROXYHERD ??= 'build/release/proxyherd';

async function main() {
  const { Herd, seed } = await import('./herd.mjs');
  const { binary } = await import('./server_process.mjs');
  const { values: { tls, ...values } } = parseArgs({ options: { tls: { type: 'boolean', default: false }, ...Object.fromEntries(
    Object.entries({ servers: '5', connections: '50', pipeline: '32', clients: '100000', seconds: '10', workers: '2' })
      .map(([name, value]) => [name, { type: 'string', default: value }])) } });
  const options = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));

  const herd = new Herd({ topology: options.servers === 1 ? { Riley: [] } : seed, tls });
  try {
    await herd.start();
    const servers = Object.values(herd.servers);
    console.log(`${binary}: ${servers.length} server(s)${tls ? ' with TLS' : ''}, ${options.connections} connections, ${options.pipeline} pipelined, ` +
      `${options.clients} clients, ${options.seconds} s`);
    if (servers.length > 1) await tellIdleLatency(herd.servers.Riley, herd.servers.Campbell);
    await tellThroughput(herd, servers, options);
    if (servers.length > 1) await tellIdleLatency(herd.servers.Riley, herd.servers.Campbell);
  } finally {
    await herd.stop();
  }
}

async function tellThroughput(herd, servers, options) {
  const { eventually } = await import('./eventually.mjs');
  const cpuBefore = servers.map((server) => server.cpuSeconds());
  const generatorBefore = process.cpuUsage();
  const startedAt = performance.now();
  const workers = Array.from({ length: options.workers }, (_, worker) =>
    new Worker(new URL(import.meta.url), { workerData: { ...options, worker, ports: servers.map((server) => server.ports.line) } }));
  const results = await Promise.all(workers.map((worker) => new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  })));
  const endedAt = performance.now();
  const generator = process.cpuUsage(generatorBefore);

  const reports = results.reduce((sum, result) => sum + result.reports, 0);
  const seconds = (endedAt - startedAt) / 1000;
  const last = results.flatMap((result) => result.last);
  await eventually('every server knows the last reports', async () => {
    for (const server of servers) {
      const reply = await server.ask(last.map(({ client }) => `WHATSAT ${client} 0 0\n`).join(''));
      const times = reply.match(/^AT .*$/gm)?.map((line) => line.split(' ').at(-1)) ?? [];
      if (!last.every(({ time }, i) => times[i] === time)) throw new Error(`${server.name} does not`);
    }
    return true;
  }, 60);
  const agreedS = (performance.now() - endedAt) / 1000;
  const cpu = servers.map((server, i) => server.cpuSeconds() - cpuBefore[i]);
  const total = cpu.reduce((sum, each) => sum + each, 0);

  const states = await Promise.all(servers.map((server) => server.status()));
  console.log(`reports answered    ${reports} in ${seconds.toFixed(2)} s: ${Math.round(reports / seconds)} a second`);
  console.log(`server CPU          ${((total / reports) * 1e6).toFixed(2)} us per report` +
    (servers.length > 1 ? `, all ${servers.length} servers together` : '') + `; ${(total / seconds).toFixed(2)} cores`);
  console.log(`generator CPU       ${((generator.user + generator.system) / reports).toFixed(2)} us per report`);
  console.log(`last reports known  everywhere ${(agreedS * 1000).toFixed(0)} ms after the last answer, asking included`);
  console.log(`clients held        ${states.map((state) => `${state.server} ${state.clients}`).join(', ')}`);
  const resident = servers.map((server) => `${server.name} ${Math.round(server.residentBytes() / 1048576)} MiB`);
  console.log(`resident            ${resident.join(', ')}`);
  if (servers.length > 1) {
    const copies = states.flatMap((state) => state.links).reduce((sum, link) => sum + link.records_in, 0);
    console.log(`copies per report   ${(copies / reports).toFixed(2)} over the links`);
  }
}

/// From a report to `from` until `to` answers with it, nothing else going on.
async function tellIdleLatency(from, to) {
  const { toReport, toAsk } = await latencies(from, to, 500);
  console.log(`${from.name} to ${to.name}, idle  p50 ${quantile(toReport, 0.5)} us, p99 ${quantile(toReport, 0.99)} us, ` +
    `in steps of one question (p50 ${quantile(toAsk, 0.5)} us)`);
}

/// A worker's share of the connections.
function work({ connections, pipeline, clients, seconds, workers, worker, ports }) {
  const mine = Array.from({ length: connections }, (_, i) => i).filter((i) => i % workers === worker);
  const deadline = performance.now() + seconds * 1000;
  let open = mine.length;
  const result = { reports: 0, last: [] };
  for (const i of mine) {
    const buffers = requests(i, Math.max(pipeline, Math.floor(clients / connections)), pipeline);
    drive(ports[i % ports.length], buffers, deadline, (reports, last) => {
      result.reports += reports;
      result.last.push(last);
      if (--open === 0) parentPort.postMessage(result);
    });
  }
}

// Nine digits of difference to the clock for decades, so that all answers of a connection are of equal length.
const firstTime = 1_000_000_000;
const timeDigits = String(firstTime).length;

/// Buffers of `pipeline` reports each for `clients` clients of connection `i`, and where in them the times are.
function requests(i, clients, pipeline) {
  const buffers = [];
  for (let first = 0; first + pipeline <= clients; first += pipeline) {
    const times = [];
    let text = '';
    let client;
    for (let k = 0; k < pipeline; ++k) {
      client = `load-${String(i).padStart(4, '0')}-${String(first + k).padStart(8, '0')}.ucla.edu`;
      text += `IAMAT ${client} +34.068930-118.445127 `;
      times.push(text.length);
      text += `${firstTime}.123456789\n`;
    }
    buffers.push({ bytes: Buffer.from(text), times, client });
  }
  return buffers;
}

function drive(port, buffers, deadline, done) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  const digits = Buffer.alloc(timeDigits);
  let turn = 0;
  let reports = 0;
  let expected = 0; // bytes of answers to one buffer; 0: not known yet
  let received = 0;
  let first = '';

  const send = () => {
    const { bytes, times } = buffers[turn % buffers.length];
    digits.write(String(firstTime + turn));
    for (const at of times) digits.copy(bytes, at);
    socket.write(bytes);
  };
  socket.on('connect', send);
  socket.on('error', (error) => { throw error; });
  socket.on('data', (chunk) => {
    const { times, client } = buffers[turn % buffers.length];
    received += chunk.length;
    if (expected === 0) {
      first += chunk.toString('latin1');
      if (first.split('\n').length <= times.length) return;
      if (!/^(AT .*\n)+$/.test(first)) throw new Error(`not answered with AT lines: ${first.slice(0, 200)}`);
      expected = first.length;
    }
    if (received < expected) return;
    if (received > expected) throw new Error(`${received} bytes of answers instead of ${expected}`);
    received = 0;
    reports += times.length;
    if (performance.now() < deadline) {
      ++turn;
      send();
    } else {
      socket.destroy();
      done(reports, { client, time: `${firstTime + turn}.123456789` });
    }
  });
}

if (isMainThread) await main();
else work(workerData);
