#!/usr/bin/env node
// make bench: measures ours and the others in one run, in turn and several times, and writes docs/benchmarks.md.
//
//   run.mjs [--quick] [--large] [--rounds N] [--seconds S] [--only TEXT] [--report]
//
// --large: also ten million clients, for which Proxyherd takes 2 GB and the generator as much.
// --only: rows whose id contains TEXT, printed and not written. --report: writes the pages anew from bench/results.json;
// with --only, after these rows were measured anew, which then stand beside figures of another run.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { within } from '../tests/end_to_end/eventually.mjs';
import { CoreWatch, describeMachine, versions } from './machine.mjs';
import { cpuSecondsOfAll } from './processes.mjs';
import { writeReport } from './report.mjs';
import { stations } from './stations.mjs';

const resultsFile = new URL('results.json', import.meta.url);
const rowSecondsMax = 300;
const attemptsMax = 3;
let repetitionsLeft = 0; // of all rows, so that a machine that is never quiet is not measured for ever
const othersMax = 0.05; // of all cores
const stolenMax = 0.02;
const busyMin = 0.9;

const { values } = parseArgs({ options: {
  quick: { type: 'boolean', default: process.env.BENCH === 'quick' },
  large: { type: 'boolean', default: process.env.BENCH === 'large' },
  report: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  only: { type: 'string', default: '' },
} });
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const seconds = Number(values.seconds ?? (values.quick ? 1 : 3));

const earlier = () => JSON.parse(fs.readFileSync(resultsFile));
if (values.report && !values.only) {
  writeReport(earlier());
} else {
  let results = await measureAll();
  if (values.only && !values.report) {
    console.log(JSON.stringify(results.rows, null, 1));
  } else {
    if (values.only) results = { ...earlier(), rows: { ...earlier().rows, ...results.rows } };
    fs.writeFileSync(resultsFile, `${JSON.stringify(results, roundedFigures, 1)}\n`);
    writeReport(results);
  }
}

async function measureAll() {
  const commit = commitHere();
  const startedAt = new Date();
  const rows = {};
  const plan = stations({ seconds, quick: values.quick, large: values.large })
    .map((station) => ({ ...station, rows: station.rows.filter((row) => row.isPreparation || row.id.includes(values.only)) }))
    .filter((station) => station.rows.some((row) => !row.isPreparation));
  const turns = [];
  for (let round = 1; round <= rounds; ++round) {
    // Forwards and backwards in turn, so that a machine that slowly changes its speed favours nobody.
    const inOrder = round % 2 === 1 ? plan : [...plan].reverse();
    for (const station of inOrder) if (!station.once || round === 1) turns.push({ station, round });
  }
  const total = turns.reduce((sum, turn) => sum + turn.station.rows.length, 0);
  repetitionsLeft = Math.ceil(total / 4);
  let done = 0;
  for (const { station, round } of turns) {
    let failed = await failure(`${station.rows[0].id} starts`, station.start());
    for (const row of station.rows) {
      tellProgress(`round ${round} of ${rounds}: ${row.id}`, done++ / total, startedAt);
      if (row.once && round > 1) continue;
      const add = (sample) => (rows[row.id] ??= { samples: [] }).samples.push(sample);
      if (failed === null) failed = await failure(row.id, row.isPreparation ? row.measure() : measure(row).then(add));
      if (failed !== null && !row.isPreparation) add({ disturbed: failed });
    }
    await failure(`${station.rows[0].id} stops`, station.stop());
  }
  tellProgress('measured', 1, startedAt);
  return {
    date: startedAt.toISOString().slice(0, 16).replace('T', ' '),
    minutes: (Date.now() - startedAt) / 60_000,
    rounds,
    seconds,
    quick: values.quick,
    machine: describeMachine(),
    versions: versions(commit),
    rows,
  };
}

function commitHere() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'not from a repository';
  }
}

/// What went wrong, in one line, also told at once; null if nothing did. A quarter of an hour is not lost for it.
async function failure(what, promise) {
  try {
    await within(rowSecondsMax, what, promise);
    return null;
  } catch (error) {
    process.stderr.write(`\n${what}: ${error.stack}\n`);
    return `failed: ${error.message.split('\n')[0]}`;
  }
}

/// A sample that nothing disturbed, or the least disturbed of a few, marked.
async function measure(row) {
  let best = null;
  for (let attempt = 1; ; ++attempt) {
    const watch = new CoreWatch();
    const cpuBefore = cpuSecondsOfAll();
    const sample = await row.measure();
    const meanwhile = watch.read(cpuSecondsOfAll() - cpuBefore);
    const disturbed = disturbances(row, sample, meanwhile);
    if (disturbed.length === 0) return { ...sample, ...meanwhile };
    if (best === null || meanwhile.others < best.others) best = { ...sample, ...meanwhile, disturbed: disturbed.join('; ') };
    if (row.isFinal || attempt === attemptsMax || repetitionsLeft === 0) return best;
    --repetitionsLeft;
  }
}

function disturbances(row, sample, { others, stolen }) {
  if (row.counts) return []; // bytes and lines are the same on a busy machine
  const disturbed = [];
  if (others > othersMax) disturbed.push(`other processes used ${percent(others)} of the cores`);
  if (stolen > stolenMax) disturbed.push(`the hypervisor took ${percent(stolen)}`);
  if (row.saturates && sample.busy[0] < busyMin) {
    disturbed.push(`the server was ${percent(sample.busy[0])} busy, the generator ${percent(sample.generator_busy)}`);
  }
  return disturbed;
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function tellProgress(text, share, startedAt) {
  const minutes = (Date.now() - startedAt) / 60_000;
  const left = share > 0.03 ? `${Math.ceil((minutes / share) * (1 - share))} min to go` : '';
  const line = `[${percent(share).padStart(5)}] ${text.padEnd(48)} ${left}`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}${share === 1 ? '\n' : ''}`);
  else process.stderr.write(`${line.trimEnd()}\n`);
}

/// Four digits are more than any figure here deserves, and keep the file readable.
function roundedFigures(key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
