// Writes docs/benchmarks.md with its charts, and the figures in docs/suitability.md, from the results.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { barChart } from './charts.mjs';
import { Figures, percent, short, significant, span, us } from './figures.mjs';
import { goals, verdict } from './goals.mjs';
import { peers, platforms } from './herds.mjs';
import { loadCommand } from './load.mjs';
import { commands } from './redis.mjs';

const docs = fileURLToPath(new URL('../docs', import.meta.url));
const herds = Object.keys(platforms);
const titles = { ...Object.fromEntries(herds.map((name) => [name, platforms[name].title])), redis: 'Redis', nats: 'nats-server' };

export function writeReport(results) {
  const figures = new Figures(results);
  fs.mkdirSync(path.join(docs, 'benchmarks'), { recursive: true });
  for (const [name, svg] of Object.entries(charts(figures))) fs.writeFileSync(path.join(docs, 'benchmarks', `${name}.svg`), svg);
  fs.writeFileSync(path.join(docs, 'benchmarks.md'), benchmarksPage(figures));
  replaceFigures(path.join(docs, 'suitability.md'), comparison(figures));
  replaceFigures(path.join(docs, '../README.md'), summary(figures));
}

/// Puts the text between the two comments that mark its place.
function replaceFigures(file, text) {
  if (!fs.existsSync(file)) return;
  const page = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, page.replace(/(<!-- figures -->\n)[^]*?(<!-- end of figures -->)/, (_, begin, end) => `${begin}\n${text}\n\n${end}`));
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/// Lines that are neither blank nor comment.
function linesOfCode(name) {
  const { source } = platforms[name];
  if (!source) return null;
  const text = fs.readFileSync(path.join(peers, source), 'utf8').replaceAll(/"""[^]*?"""|\/\*\*[^]*?\*\//g, '');
  return text.split('\n').filter((line) => line.trim() && !/^\s*(#|\/\/)/.test(line)).length;
}

const throughput = (id, figures) => figures.text(id, 'reports_per_s', short);
const cpu = (id, figures) => figures.text(id, 'cpu_us', us);

function charts(figures) {
  const bars = (names, id, path, format) => names.map((name) => ({
    label: titles[name.split(' ')[0]] + name.slice(name.split(' ')[0].length),
    value: figures.median(id(name), path),
    text: figures.median(id(name), path) === null ? '' : format(figures.median(id(name), path)) + (figures.isDisturbed(id(name)) ? ' *' : ''),
    isOurs: name === 'proxyherd',
  }));
  const redis = { 'redis SET': 'set', 'redis GEOADD': 'geoadd' };
  const one = (p) => (name) => (redis[name] ? `one/redis/${redis[name]}-p${p}` : `one/${name}/p${p}`);
  const all = [...herds, ...Object.keys(redis)];
  const panels = (path, format) => [1, 16, 128].map((p) => ({
    heading: p === 1 ? 'one request at a time' : `${p} pipelined`,
    bars: bars(all, one(p), path, format),
  }));
  const relay = (id) => (name) => (name === 'nats' ? 'herd/nats/relay' : id(name));
  return {
    'one-server-cpu': barChart('CPU time of one server per report', '50 connections, in microseconds; less is better', panels('cpu_us', (value) => `${us(value)} us`)),
    'one-server-throughput': barChart('Reports a second of one server on one core', '50 connections; more is better', panels('reports_per_s', short)),
    'herd-throughput': barChart('Reports a second of a herd of five, each known to all five', '50 connections, all cores shared with the load; more is better', [
      { heading: 'one report at a time', bars: bars(herds, (name) => `herd/${name}/p1`, 'reports_per_s', short) },
      { heading: '32 pipelined (nats-server: relays messages only)', bars: bars([...herds, 'nats'], relay((name) => `herd/${name}/p32`), 'reports_per_s', short) },
    ]),
    'time-to-farthest': barChart('Time until a server two hops away knows', 'from the moment that a report is due, p99; less is better (nats-server: one hop)',
      [[100, 'hardly any load'], [10_000, '10,000 reports/s'], [50_000, '50,000 reports/s']].map(([rate, heading]) => ({
        heading,
        bars: bars([...herds, 'nats'], (name) => `herd/${name}/seen${name === 'nats' && rate === 100 ? 1000 : rate}`, 'seen.p99', span),
      }))),
    memory: barChart('Memory per client', '23-byte ids, 900,000 added to 100,000, resident bytes; less is better', [
      { bars: bars([...herds, 'redis GEOADD'], (name) => (redis[name] ? 'one/redis/memory' : `memory/${name}`), 'bytes_per_client', (value) => `${Math.round(value)} B`) },
    ]),
  };
}

/// What README.md shows.
function summary(figures) {
  return table(['', ...herds.map((name) => titles[name])], [
    ['one server on one core, 128 pipelined, reports/s', ...herds.map((name) => throughput(`one/${name}/p128`, figures))],
    ['herd of five, 32 pipelined, reports/s', ...herds.map((name) => throughput(`herd/${name}/p32`, figures))],
    ['known two hops away at 10,000 reports/s, p50', ...herds.map((name) => figures.text(`herd/${name}/seen10000`, 'seen.p50', span))],
    ['memory per client, bytes', ...herds.map((name) => figures.text(`memory/${name}`, 'bytes_per_client', Math.round))],
  ]);
}

/// What docs/suitability.md compares.
function comparison(figures) {
  const { versions } = figures.results;
  return table(['', ...herds.map((name) => titles[name])], [
    ['version', ...herds.map((name) => versions[name])],
    ['one server, one at a time, reports/s', ...herds.map((name) => throughput(`one/${name}/p1`, figures))],
    ['one server, 128 pipelined, reports/s', ...herds.map((name) => throughput(`one/${name}/p128`, figures))],
    ['... CPU per report, us', ...herds.map((name) => cpu(`one/${name}/p128`, figures))],
    ['one server at 10,000/s, answered, p99', ...herds.map((name) => figures.text(`one/${name}/rate10000`, 'latency_us.p99', span))],
    ['herd of five, 32 pipelined, reports/s', ...herds.map((name) => throughput(`herd/${name}/p32`, figures))],
    ['two hops away, idle, p50', ...herds.map((name) => figures.text(`herd/${name}/seen100`, 'seen.p50', span))],
    ['two hops away, 50,000/s, p99', ...herds.map((name) => figures.text(`herd/${name}/seen50000`, 'seen.p99', span))],
    ['memory per client, bytes', ...herds.map((name) => figures.text(`memory/${name}`, 'bytes_per_client', Math.round))],
    ['longest wait while they come, 100,000/s', ...herds.map((name) => figures.text(`memory/${name}`, 'latency_us.max', span))],
    ['memory per idle connection, KB', ...herds.map((name) => figures.text(`idle/${name}`, 'bytes_per_connection', (bytes) => significant(bytes / 1024)))],
    ['listens after the start, ms', ...herds.map((name) => figures.text(`start/${name}`, 'start_ms', Math.round))],
    ['resident memory then, MB', ...herds.map((name) => figures.text(`start/${name}`, 'resident_bytes', (bytes) => Math.round(bytes / 1e6)))],
    ['lines of code', ...herds.map((name) => linesOfCode(name) ?? 'see below')],
  ]);
}

function benchmarksPage(figures) {
  const { results } = figures;
  const { machine } = results;
  const marks = Object.entries(results.rows).flatMap(([id, { samples }]) => {
    const marked = samples.filter((sample) => sample.disturbed);
    return marked.length === 0 ? [] : [`- \`${id}\`, ${marked.length} of ${samples.length}: ${marked[0].disturbed}`];
  });
  const disturbed = marks.length > 12 ? [...marks.slice(0, 10), `- ... and ${marks.length - 10} more of ${Object.keys(results.rows).length} rows`] : marks;
  const pipelines = [1, 16, 128];
  const oneServer = [
    ...herds.map((name) => [titles[name], (p) => `one/${name}/p${p}`]),
    ['Redis SET', (p) => `one/redis/set-p${p}`],
    ['Redis GEOADD, 100,000 members', (p) => `one/redis/geoadd-p${p}`],
    ['Redis GEOADD, 1,000,000 members', (p) => `one/redis/geoadd-million-p${p}`],
  ];
  const seen = (name, rate, share) => figures.text(`herd/${name}/seen${rate}`, `seen.${share}`, span);
  const lost = (name) => {
    const values = figures.values(`herd/${name}/p32`, 'held.lost');
    return values.length === 0 ? '-' : values.reduce((sum, count) => sum + count, 0);
  };
  return `# Benchmarks

${results.quick ? '**Quick mode: one short round. Figures to publish come from `make bench` without options.**\n\n' : ''}${
    marks.length > Object.keys(results.rows).length / 2 ? '**The machine was busy: most figures are disturbed and say little.**\n\n' : ''}Proxyherd beside herds written for Python asyncio, Node.js and Java NIO, and beside
Redis and NATS; all in one run, by \`make bench\`, which also wrote this page.
[suitability.md](suitability.md) says what to conclude. [bench/results.json](../bench/results.json) has every sample.

| | |
| --- | --- |
| date | ${results.date} UTC; the run took ${Math.round(results.minutes)} minutes |
| machine | ${machine.processor}, ${machine.cores} cores, ${machine.memory_gb} GB, Linux ${machine.kernel}, ${machine.system.replace(/ \d.*/, '')} ${machine.debian} |
| rounds | ${results.rounds} of ${results.seconds} s each after 1 s to warm up, 5 s for a process that is new, forwards and backwards in turn |
| versions | ${Object.values(results.versions).filter(Boolean).join('; ')} |

How to read it: the median of all rounds, and in brackets the least and the greatest. Ratios within this run and CPU time per report
say more than absolute figures, which differ by a third between machines that look alike. \\* marks figures of which a sample was
disturbed (others used more than 5 % of the cores, the hypervisor took more than 2 %, or the server that should have been
saturated was less than 90 % busy) in each of up to three attempts.

## What it must hold

${table(['what', 'goal', 'seen', 'holds'], goals(figures).map((goal) => [goal.what, goal.goal, goal.seen, verdict(goal)]))}

## One server

Alone on one core, the load generator on the other, 50 connections, 100,000 clients with 23-byte ids, p = reports (or commands) that
a connection sends at once. Proxyherd has everything on that ships on. Redis SET stores the same bytes by the same ids: no
geography, no order by time. GEOADD moves a member of a geographic set.

![CPU time per report](benchmarks/one-server-cpu.svg)

CPU time of the server per report, in us:

${table(['', ...pipelines.map((p) => `p = ${p}`)], oneServer.map(([title, id]) => [title, ...pipelines.map((p) => cpu(id(p), figures))]))}

![Reports a second](benchmarks/one-server-throughput.svg)

Reports a second:

${table(['', ...pipelines.map((p) => `p = ${p}`)], oneServer.map(([title, id]) => [title, ...pipelines.map((p) => throughput(id(p), figures))]))}

How soon a report is answered at a rate that all can serve, from the moment that it was due (so a stall counts for each report that
it kept waiting), p50 and p99:

${table(['', '10,000/s, p50', 'p99', '50,000/s, p50', 'p99'], herds.map((name) => [titles[name], ...[10_000, 50_000].flatMap((rate) =>
    ['p50', 'p99'].map((share) => figures.text(`one/${name}/rate${rate}`, `latency_us.${share}`, span)))]))}

Redis finds the 5 nearest of a million within 10 km in ${figures.text('one/redis/geosearch', 'cpu_us', us)} us of CPU (GEOSEARCH, p = 1,
its protocol included), Proxyherd in ${figures.text('one/proxyherd/near', 'cpu_us', us)} us (in memory, no port asks it yet).

## A herd of five

The five servers and six links that it all began with, on all cores together with the load generator; 50 connections spread over
all servers; every report is to be known to all five. nats-server only relays: 100 bytes to a subscriber at each of five clustered
servers, one hop (a cluster is a full mesh), at most 20,000 messages under way.

![Reports a second of a herd](benchmarks/herd-throughput.svg)

${table(['', 'p = 1, reports/s', 'CPU of all five, us', 'p = 32, reports/s', 'CPU of all five, us', 'lost'], [
    ...herds.map((name) => [titles[name], ...[1, 32].flatMap((p) => [throughput(`herd/${name}/p${p}`, figures), cpu(`herd/${name}/p${p}`, figures)]), lost(name)]),
    ['nats-server (relays)', '-', '-', throughput('herd/nats/relay', figures), cpu('herd/nats/relay', figures), figures.text('herd/nats/relay', 'lost_share', percent)],
  ])}

Lost: how many clients' newest reports were missing at how many servers in the end, summed over all rounds. Of what Proxyherd was told at
p = 32, ${percent(figures.median('herd/proxyherd/p32', 'coalesced_share') ?? 0)} was overtaken by a newer report of the same client before it was passed on to
another server, and not sent. The peers do the same while a link's socket is full.

How soon Campbell, two hops from Riley, knows a report to Riley, from the moment that it was due:

![Time until a server two hops away knows](benchmarks/time-to-farthest.svg)

${table(['', 'idle, p50', 'p99', '10,000/s, p50', 'p99', '50,000/s, p50', 'p99'], [
    ...herds.map((name) => [titles[name], ...[100, 10_000, 50_000].flatMap((rate) => ['p50', 'p99'].map((share) => seen(name, rate, share)))]),
    ['nats-server (one hop)', ...[1_000, 10_000, 50_000].flatMap((rate) => ['p50', 'p99'].map((share) => seen('nats', rate, share)))],
  ])}

Idle is 100 reports/s. Campbell is asked again and again until it knows, on a connection of its own, which keeps it and the load generator
busy meanwhile, on cores that all share. (nats-server: 1,000 messages/s, sent each millisecond those that are due; it pushes, so nobody asks.)

## Memory

![Memory per client](benchmarks/memory.svg)

${table(['', 'bytes per client', 'longest wait', 'KB per idle connection', 'of 10,000 connections held'], [
    ...herds.map((name) => [titles[name], figures.text(`memory/${name}`, 'bytes_per_client', Math.round), figures.text(`memory/${name}`, 'latency_us.max', span),
      figures.text(`idle/${name}`, 'bytes_per_connection', (bytes) => significant(bytes / 1024)), figures.text(`idle/${name}`, 'held', String)]),
    ...(figures.samples('memory/proxyherd-10-million').length === 0 ? []
      : [['Proxyherd, from 1 to 10 million', figures.text('memory/proxyherd-10-million', 'bytes_per_client', Math.round), '-', '-', '-']]),
    ['Redis GEOADD', figures.text('one/redis/memory', 'bytes_per_client', Math.round), '-', '-', '-'],
  ])}

Growth of resident memory: from 100,000 to 1,000,000 clients with 23-byte ids, and by 10,000 connections that say nothing (the kernel's
part is not in it). Longest wait: of any report while 100,000 clients a second come for the first time. Java was told to collect its garbage before each reading; Node.js cannot be told.

## Lines of code

${table(['', 'lines, without blank ones and comments'], herds.filter((name) => platforms[name].source).map((name) =>
    [`[${titles[name]}](../bench/peers/${platforms[name].source})`, linesOfCode(name)]))}

All three pass [bench/conformance.test.mjs](../bench/conformance.test.mjs), as Proxyherd does. They leave out what it also does: places, links that notice
silence or are encrypted, comparing tables by digests (a neighbour that returns gets everything), a guard against wrong clocks, most bounds, metrics, a log.

## Commands

    make bench                 # all of this
    BENCH=quick make bench     # one short round, about 3 minutes
    node bench/run.mjs --only herd/java --rounds 1    # some rows, printed and not written

One server, for every herd (\`taskset -c 0\` the server, \`taskset -c 1\` the generator):

    ${loadCommand(['--clients', 100_000, '--pipeline', 128, '--warm-up', 1, '--seconds', results.seconds])}
    ${loadCommand(['--clients', 100_000, '--rate', 10_000, '--seconds', results.seconds])}

The herd:

    ${loadCommand(['--clients', 100_000, '--pipeline', 32, '--warm-up', 1, '--verify', 'all', '--seconds', results.seconds])}
    ${loadCommand(['--clients', 100_000, '--rate', 50_000, '--seen-at', 'Campbell', '--seconds', results.seconds], ['Riley'])}

Redis, with requests for about as many seconds:

    redis-server --save '' --appendonly no
    redis-benchmark -c 50 -P 128 -r 100000 --csv ${commands.set(100_000).map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')}
    redis-benchmark -c 50 -P 128 -r 100000 --csv ${commands.geoadd(100_000).join(' ')}
    redis-benchmark -c 50 -P 1 -r 1000000 --csv ${commands.geosearch(1_000_000).join(' ')}

The peers:

    python3 bench/peers/herd.py NAME LINE_PORT PEER_PORT [NEIGHBOUR=PEER_PORT]...
    node bench/peers/herd.mjs ...
    java -XX:+UseSerialGC -XX:-UsePerfData -cp build/bench/java Herd ...
${marks.length === 0 ? '' : `\n## Disturbed samples\n\n${disturbed.join('\n')}\n`}`;
}
