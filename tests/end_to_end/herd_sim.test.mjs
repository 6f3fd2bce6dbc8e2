// The simulator's command line. What it finds is the business of tests/simulation and scripts/plant-faults.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { binary } from './server_process.mjs';

const simulator = path.join(path.dirname(binary), 'herd-sim');

/// Runs the simulator to its end: {status, stdout, stderr}.
function run(...args) {
  const { status, stdout, stderr } = spawnSync(simulator, args, { encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 26 });
  return { status, stdout, stderr };
}

describe('herd-sim', () => {
  it('ends with how many seeds diverged, and shows no progress without a terminal', () => {
    assert.deepEqual(run('--seeds', '300'), { status: 0, stdout: 'seeds 300 diverged 0\n', stderr: '' });
  });

  for (const servers of ['2', '3', '5', '12']) {
    it(`simulates herds of ${servers} servers`, () => {
      assert.deepEqual(run('--seeds', '50', '--servers', servers, '--seed', '4711'), {
        status: 0,
        stdout: 'seeds 50 diverged 0\n',
        stderr: '',
      });
    });
  }

  it('tells the history of a seed, the same every time', () => {
    const { status, stdout, stderr } = run('--seeds', '1', '--seed', '7', '--servers', '3', '--trace');
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.match(stdout, /^ {5}0 ms {2}A starts with \d+ records\n {5}0 ms {2}B starts with/);
    assert.match(stdout, / ms {2}[ABC] hears AT [ABC] [+-]\d+\.\d{9} c\d+ /);
    assert.match(stdout, /\nseeds 1 diverged 0\n$/);
    assert.ok(run('--seeds', '1', '--seed', '7', '--servers', '3', '--trace').stdout === stdout);
    assert.ok(run('--seeds', '1', '--seed', '8', '--servers', '3', '--trace').stdout !== stdout);
  });

  it('prints in the order of the seeds however many jobs there are', () => {
    const args = ['--seeds', '200', '--seed', '3', '--trace'];
    assert.ok(run(...args, '--jobs', '3').stdout === run(...args, '--jobs', '1').stdout);
  });

  it('--scale prints a table of rings, trees and meshes', () => {
    const { status, stdout, stderr } = run('--scale', '--servers-max', '30');
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    const rows = stdout.trimEnd().split('\n').map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
    const [header, rule, ...herds] = rows;
    assert.deepEqual(header.slice(0, 3), ['shape', 'servers', 'links']);
    assert.equal(rule.length, header.length);
    assert.deepEqual(
      herds.map((row) => row.slice(0, 3).join(' ')),
      ['ring 10 10', 'tree 10 9', 'mesh 10 19', 'ring 30 30', 'tree 30 29', 'mesh 30 59'],
    );
    for (const [, , , copies] of herds) {
      const [, sent, bound] = /^(\S+) \((\d+)\)$/.exec(copies);
      assert.ok(Number(sent) <= Number(bound), copies);
    }
  });

  it('--help names every option', () => {
    const { status, stdout } = run('--help');
    assert.equal(status, 0);
    const options = [...stdout.matchAll(/^ {2}(?:-h,)?(--[a-z-]+)/gm)].map(([, name]) => name);
    assert.deepEqual(options.sort(), [
      '--help',
      '--jobs',
      '--scale',
      '--seed',
      '--seeds',
      '--servers',
      '--servers-max',
      '--trace',
      '--version',
    ]);
    assert.match(stdout, /seeds N diverged D/);
  });

  for (const [args, what] of [
    [['--servers', '1'], /--servers: Value 1 not in range 2 to 100/],
    [['--seeds', '0'], /--seeds: Value 0 not in range/],
    [['--seeds', 'many'], /--seeds/],
    [['--seed', '-1'], /--seed: Value -1 not in range/],
    [['--jobs', '0'], /--jobs: Value 0 not in range/],
    [['--scale', '--seeds', '5'], /--seeds excludes --scale/],
    [['--servers-max', '10'], /--servers-max requires --scale/],
    [['--scale', '--servers-max', '5'], /--servers-max: Value 5 not in range/],
    [['five'], /five/],
  ]) {
    it(`${args.join(' ')} is refused with status 2`, () => {
      const { status, stdout, stderr } = run(...args);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.match(stderr, what);
    });
  }
});
