// What a soak saw, as a table.

import { performance } from 'node:perf_hooks';
import { eventually } from '../eventually.mjs';

/// How long a part loads the herd, in seconds.
export const loadS = Number(process.env.SOAK_SECONDS ?? 60);

const figures = [];
let scenario = '';

export function begin(what) {
  scenario = what;
  console.log(what);
}

export function tell(what, value, bound = '') {
  figures.push([scenario, what, String(value), bound]);
  console.log(`  ${what}: ${value}${bound ? ` (${bound})` : ''}`);
}

/// All figures as one table, for the note.
export function printTable() {
  const rows = [['scenario', 'figure', 'seen', 'to pass'], ['---', '---', '---', '---'], ...figures];
  console.log(`\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`);
}

/// How many seconds it takes `probe` to come true; an error after `deadlineS`.
export async function timed(what, probe, deadlineS) {
  const startedAt = performance.now();
  await eventually(what, probe, deadlineS);
  return (performance.now() - startedAt) / 1000;
}

export async function untilElapsed(startedAt, elapsedS) {
  await eventually('the time is over', () => performance.now() - startedAt >= elapsedS * 1000, elapsedS + 60);
}
