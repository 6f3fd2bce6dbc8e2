// The herd of the demo: five server processes and the driving clients, with a folder of their own that goes with them.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patienceMs = 5000;

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Stage {
  servers = []; // {id, line, http, talksWith, process}

  constructor(binary) {
    this.binary = path.resolve(binary);
  }

  /// Copies the project's herd.toml into a new folder, with other ports if one of its own is taken. Returns whether.
  async prepare() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-demo-'));
    this.configFile = path.join(this.folder, 'herd.toml');
    let toml = fs.readFileSync(path.join(root, 'herd.toml'), 'utf8');
    const ports = [...toml.matchAll(/127\.0\.0\.1:(\d+)/g)].map((match) => Number(match[1]));
    const free = await Promise.all(ports.map(isFree));
    const moved = free.includes(false);
    if (moved) {
      const others = await freePorts(ports.length);
      toml = toml.replace(/127\.0\.0\.1:\d+/g, () => `127.0.0.1:${others.shift()}`);
    }
    fs.writeFileSync(this.configFile, toml);

    for (const section of toml.split('[[server]]').slice(1)) {
      const value = (key) => new RegExp(`^${key} = "([^"]*)"`, 'm').exec(section)[1];
      const port = (key) => Number(value(key).split(':')[1]);
      this.servers.push({ id: value('id'), line: port('line'), http: port('http') });
    }
    return moved;
  }

  server(id) {
    return this.servers.find((server) => server.id === id);
  }

  start(id) {
    this.server(id).process = this.#spawn(['serve', id, '--config', this.configFile]);
  }

  /// Stops a server as an administrator would; resolves to its exit status once it is gone.
  stop(id) {
    return end(this.server(id).process);
  }

  drive(clients) {
    const folder = path.join(root, 'data/demo');
    const tracks = fs.readdirSync(folder).filter((name) => name.endsWith('.gpx'));
    this.driving = this.#spawn([
      'replay', ...tracks.map((name) => path.join(folder, name)), '--config', this.configFile,
      '--to', this.servers.map((server) => server.id).join(','), '--clients', String(clients), '--loop', '--json',
    ]);
    return tracks.length;
  }

  /// Stops the driving; resolves to the summary of replay.
  async stopDriving() {
    const { driving } = this;
    this.driving = null;
    const status = await end(driving);
    if (status !== 0) throw new Error(`replay ended with status ${status}: ${driving.stderrText}`);
    return JSON.parse(driving.stdoutText);
  }

  /// What each server says of itself, null for those that do not answer.
  statuses() {
    return Promise.all(this.servers.map((server) => this.status(server.id)));
  }

  status(id) {
    return new Promise((resolve) => {
      const request = http.get({ host: '127.0.0.1', port: this.server(id).http, path: '/v1/status', agent: false });
      request.setTimeout(500, () => request.destroy());
      request.on('error', () => resolve(null));
      request.on('response', (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text) => (body += text));
        response.on('error', () => resolve(null));
        response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(body) : null));
      });
    });
  }

  /// Sends one line and resolves to all the bytes that come back, as text.
  ask(id, line) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port: this.server(id).line });
      const chunks = [];
      socket.setTimeout(patienceMs, () => socket.destroy(new Error('no answer within 5 s')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', (error) => reject(new Error(`${id}: ${line}: ${error.message}`)));
      socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      socket.end(`${line}\n`);
    });
  }

  /// Throws if a process that should run does not.
  check() {
    const all = [...this.servers.map(({ id, process: child }) => [id, child]), ['replay', this.driving]];
    for (const [name, child] of all) {
      if (child && child.result !== undefined && !child.stopping) {
        throw new Error(`${name} ended by itself (${child.result}): ${child.stderrText.trim()}`);
      }
    }
  }

  /// Ends every process and, unless `keepLogs`, removes the folder.
  async close(keepLogs) {
    if (this.driving) await end(this.driving);
    await Promise.all(this.servers.map((server) => server.process && end(server.process)));
    if (this.folder && !keepLogs) fs.rmSync(this.folder, { recursive: true, force: true });
  }

  // A session of its own, so that Ctrl-C reaches the demo alone, which stops the others in order; killed with it.
  #spawn(args) {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', this.binary, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, PROXYHERD_CONFIG: this.configFile },
    });
    running.add(child);
    child.stdoutText = '';
    child.stderrText = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (child.stdoutText = (child.stdoutText + text).slice(-65536)));
    child.stderr.setEncoding('utf8').on('data', (text) => (child.stderrText = (child.stderrText + text).slice(-65536)));
    child.ended = new Promise((resolve) => {
      const done = (result) => {
        running.delete(child);
        child.result ??= result;
        resolve(child.result);
      };
      child.on('error', (error) => done(error.message));
      child.on('close', (code, signal) => done(code ?? signal));
    });
    return child;
  }
}

/// Resolves to the exit status (or the signal) of the process, which is asked to end if it still runs.
async function end(child) {
  child.stopping = true;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  const result = await child.ended;
  clearTimeout(timer);
  return result;
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

// Below the ports that the kernel gives to outgoing connections: a server that is down for a while needs its own again.
async function freePorts(count) {
  const found = new Set();
  while (found.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}
