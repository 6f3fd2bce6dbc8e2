// Processes that a benchmark starts and measures. None outlives it, and each can be pinned to a core.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { eventually, within } from '../tests/end_to_end/eventually.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

export const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

export class Process {
  /// Starts `command`; the kernel kills it should this process be killed. `core`: the only one it may run on.
  constructor(command, { core = null, env = {} } = {}) {
    const pinned = core === null ? [] : ['taskset', '-c', String(core)];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...pinned, ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    Object.assign(this, { command, child, pid: child.pid, output: { stdout: '', stderr: '' } });
    running.add(child);
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => (this.output[stream] += text));
    }
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => resolve({ code: -1, signal: error.message }));
      child.on('close', (code, signal) => {
        running.delete(child);
        this.hasEnded = true;
        resolve({ code, signal });
      });
    });
  }

  /// CPU seconds used so far, user and system, of all its threads.
  cpuSeconds() {
    return cpuSecondsOf(this.pid);
  }

  residentBytes() {
    return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1]);
  }

  async listens(port, seconds = 20) {
    await eventually(`${this.command[0]} listens on port ${port}`, () => {
      if (this.hasEnded) throw Object.assign(new Error(`it ended: ${this.output.stderr}`), { isFinal: true });
      return canConnect(port);
    }, seconds);
  }

  async stop() {
    this.child.kill('SIGTERM');
    try {
      await within(5, 'it ends', this.ended);
    } catch {
      await this.kill();
    }
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/// CPU seconds used so far by this process, by those it started and by those that have ended.
export function cpuSecondsOfAll() {
  const fields = fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  const ours = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
  return [...running].filter((child) => child.exitCode === null).reduce((sum, child) => sum + cpuSecondsOf(child.pid), ours);
}

function cpuSecondsOf(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/// Runs a command to its end; resolves to its standard output, or throws what it complained of.
export async function run(command, options) {
  const started = new Process(command, options);
  const { code, signal } = await started.ended;
  if (code !== 0) throw new Error(`${command.join(' ')}: status ${code ?? signal}: ${started.output.stderr.slice(-2000)}`);
  return started.output.stdout;
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/// That many loopback ports that nobody listens on now.
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/// How many connections are established whose end here is one of the ports.
export function connectionsTo(ports) {
  const lines = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  const ends = lines.map((line) => line.trim().split(/\s+/)).filter((fields) => fields[3] === '01');
  return ends.filter((fields) => ports.includes(parseInt(fields[1].split(':')[1], 16))).length;
}
