// One server of a herd as a real process. Whatever happens to the test, the process does not outlive it.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, within } from './eventually.mjs';
import { LineClient, ask } from './line_client.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/// The program under test: $PROXYHERD, or the build with sanitizers.
export const binary = path.resolve(root, process.env.PROXYHERD ?? 'build/asan/proxyherd');

/// How many times longer than the law's figures this binary may take: sanitizers slow it down by this much.
export const slowness = fs.existsSync(binary) && fs.readFileSync(binary).includes('__asan_init') ? 4 : 1;

const faultPattern = /ERROR: \w*Sanitizer|runtime error:|WARNING: ThreadSanitizer/;
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/// Starts the program; the kernel kills it should this process be killed. `descriptors`: how many it may have;
/// `namespace`: the network namespace it lives in.
export function spawnProxyherd(args, env = {}, { descriptors = null, namespace = null } = {}) {
  const limit = descriptors === null ? [] : ['prlimit', `--nofile=${descriptors}:${descriptors}`, '--'];
  const place = namespace === null ? [] : ['nsenter', `--net=/run/netns/${namespace}`, '--'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...limit, ...place, binary, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  child.output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => (child.output[stream] += text));
  }
  child.ended = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return child;
}

/// Runs the program to its end; resolves to its standard output, or throws what it complained of.
export async function runProxyherd(args) {
  const child = spawnProxyherd(args);
  const { code } = await within(20, `proxyherd ${args[0]}`, child.ended);
  if (code !== 0) throw new Error(`proxyherd ${args.join(' ')}: status ${code}: ${child.output.stderr}`);
  return child.output.stdout;
}

export class ServerProcess {
  child = null;
  paused = false;
  #expectedToEnd = false;
  #faults = [];

  /// `ports` is {line, peer, http}, at `host` for clients and at `peerHost` for neighbours; `data` the folder of the
  /// server's own files.
  constructor({ name, configFile, ports, data, env, descriptors, host = '127.0.0.1', peerHost = host, namespace }) {
    Object.assign(this, { name, configFile, ports, data, env, descriptors, host, peerHost, namespace });
  }

  get running() {
    return this.child !== null;
  }

  get pid() {
    return this.child.pid;
  }

  /// Starts the process and resolves once it listens on those of its ports that can be reached from here.
  async start() {
    this.launch();
    const { line, peer, http } = this.ports;
    await Promise.all([line, http, ...(this.namespace ? [] : [peer])].map((port) => this.listening(port)));
  }

  launch() {
    const child = spawnProxyherd(['serve', this.name, '--config', this.configFile], this.env, this);
    this.child = child;
    this.#expectedToEnd = false;
    child.ended.then(({ code, signal }) => {
      if (this.child === child) this.child = null;
      const { stderr } = child.output;
      if (!this.#expectedToEnd) this.#fault(`ended by itself (status ${code}, signal ${signal}): ${stderr}`);
      else if (faultPattern.test(stderr)) this.#fault(stderr);
    });
  }

  /// Remembers it for check() and tells it at once, since a test that fails for it first may hide it.
  #fault(text) {
    this.#faults.push(text);
    process.stderr.write(`${this.name}: ${text}\n`);
  }

  listening(port = this.ports.line, seconds = 15) {
    return eventually(`${this.name} listens on port ${port}`, () => {
      if (!this.running) throw Object.assign(new Error(this.#faults.join('\n')), { isFinal: true });
      return canConnect(port, this.host);
    }, seconds);
  }

  /// The server must end in order, with status 0 and nothing to complain of.
  async stop(request = 'SIGTERM') {
    if (!this.running) return;
    this.resume();
    const { code, signal } = await this.#end(request);
    if (code !== 0) this.#fault(`${request}: ended with status ${code}, signal ${signal}`);
    this.check();
  }

  async kill() {
    if (this.running) await this.#end('SIGKILL');
    this.paused = false;
  }

  pause() {
    this.child.kill('SIGSTOP');
    this.paused = true;
  }

  resume() {
    if (this.paused) this.child.kill('SIGCONT');
    this.paused = false;
  }

  /// Throws if the server ended by itself or a sanitizer found something since the last check.
  check() {
    const stderr = this.child?.output.stderr ?? '';
    if (faultPattern.test(stderr)) this.#fault(stderr);
    const faults = this.#faults.splice(0);
    if (faults.length > 0) throw new Error(`${this.name}: ${faults.join('\n')}`);
  }

  connect() {
    return LineClient.connect(this.ports.line, this.host);
  }

  /// Sends the bytes on a connection of their own, half-closes, and resolves to all that came back.
  ask(bytes, seconds) {
    return ask(this.ports.line, bytes, seconds, this.host);
  }

  /// What GET /v1/status says.
  async status() {
    const body = await httpGet(this.ports.http, '/v1/status', this.host);
    return JSON.parse(body);
  }

  /// What the status says of the link to the named neighbour.
  async link(peer) {
    const { links } = await this.status();
    return links.find((link) => link.peer === peer);
  }

  log() {
    return fs.readFileSync(path.join(this.data, 'server.log'), 'latin1');
  }

  residentBytes() {
    const status = fs.readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
  }

  /// CPU seconds used so far, user and system.
  cpuSeconds() {
    const fields = fs.readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  openDescriptors() {
    return fs.readdirSync(`/proc/${this.pid}/fd`).length;
  }

  async #end(signal) {
    const { child } = this;
    this.#expectedToEnd = true;
    child.kill(signal);
    try {
      return await within(10, `${this.name} ends after ${signal}`, child.ended);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }
}

function canConnect(port, host) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

export function httpGet(port, target, host = '127.0.0.1') {
  return within(10, `GET ${target}`, new Promise((resolve, reject) => {
    const request = http.get({ port, host, path: target, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`GET ${target}: status ${response.statusCode}: ${body}`));
      });
    });
    request.on('error', reject);
  }));
}
