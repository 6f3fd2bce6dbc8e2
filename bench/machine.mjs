// The machine that measures: what it is, which versions are on it, and whether something else worked meanwhile.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { proxyherd, python } from './herds.mjs';
import { ticksPerSecond } from './processes.mjs';

const firstLine = (command, words) => {
  try {
    return execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim().split('\n')[0];
  } catch {
    return null;
  }
};

export function describeMachine() {
  const release = Object.fromEntries(fs.readFileSync('/etc/os-release', 'utf8').split('\n').map((line) => line.split('=')));
  const memory = /MemTotal:\s+(\d+)/.exec(fs.readFileSync('/proc/meminfo', 'utf8'))[1];
  return {
    processor: os.cpus()[0].model.replaceAll(/\s+/g, ' ').trim(),
    cores: os.cpus().length,
    memory_gb: Math.round(memory / 1e6),
    kernel: os.release(),
    system: release.PRETTY_NAME.replaceAll('"', ''),
    debian: fs.readFileSync('/etc/debian_version', 'utf8').trim(),
  };
}

export function versions(commit) {
  const python3 = firstLine(python, ['-c', 'import sys; print(sys.version.split()[0])']);
  const uvloop = firstLine(python, ['-c', 'import uvloop; print(uvloop.__version__)']);
  return {
    proxyherd: `${firstLine(proxyherd, ['--version'])?.replace(/^proxyherd /, '')} (${commit}), clang 19 -O2`,
    asyncio: `Python ${python3}, ${uvloop ? `uvloop ${uvloop}` : 'without uvloop'}`,
    node: `Node.js ${process.version.slice(1)}`,
    java: firstLine('java', ['--version']),
    redis: firstLine('redis-server', ['--version'])?.replace(/^Redis server v=(\S+).*$/, 'Redis $1') ?? null,
    nats: firstLine('nats-server', ['--version'])?.replace(/^nats-server: v/, 'nats-server ') ?? null,
  };
}

/// Watches what the cores do from now on.
export class CoreWatch {
  #before = counters();

  /// What share of the cores worked for processes other than those that used `cpuSeconds` meanwhile, and what share
  /// the hypervisor took.
  read(cpuSeconds) {
    const now = counters();
    const passed = Object.fromEntries(Object.keys(now).map((key) => [key, now[key] - this.#before[key]]));
    return {
      others: Math.max(0, (passed.worked - cpuSeconds) / passed.all),
      stolen: passed.stolen / passed.all,
    };
  }
}

function counters() {
  const line = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0];
  const [user, nice, system, idle, waiting, irq, softirq, stolen] = line.split(/\s+/).slice(1).map((ticks) => ticks / ticksPerSecond);
  return { worked: user + nice + system, stolen, all: user + nice + system + idle + waiting + irq + softirq + stolen };
}
