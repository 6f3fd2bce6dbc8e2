// The herds that are compared, ours and one for each platform, behind the same few words: start, stop, server.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { neighbours, pairs, seed } from '../tests/end_to_end/herd.mjs';
import { eventually } from '../tests/end_to_end/eventually.mjs';
import { Process, connectionsTo, freePorts } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
export const peers = path.join(root, 'bench/peers');
const classes = path.join(root, 'build/bench/java');
export const proxyherd = path.resolve(root, process.env.PROXYHERD ?? 'build/release/proxyherd');

/// The first Python that has uvloop, else the first there is.
export const python = (() => {
  const found = ['python3', '/usr/bin/python3'].filter((name) => succeeds(name, ['--version']));
  return found.find((name) => succeeds(name, ['-c', 'import uvloop'])) ?? found[0];
})();

/// `source` is the herd's program in bench/peers; ours is src/herd.
export const platforms = {
  proxyherd: { title: 'Proxyherd', source: null, command: (server) => [proxyherd, 'serve', server.name, '--config', server.configFile] },
  asyncio: { title: 'Python asyncio', source: 'herd.py', command: (server) => [python, path.join(peers, 'herd.py'), ...server.words] },
  node: { title: 'Node.js', source: 'herd.mjs', command: (server) => ['node', path.join(peers, 'herd.mjs'), ...server.words] },
  java: {
    title: 'Java NIO',
    source: 'Herd.java',
    prepare: () => execFileSync('javac', ['-d', classes, path.join(peers, 'Herd.java')]),
    command: (server) => ['java', '-XX:+UseSerialGC', '-XX:-UsePerfData', '-Djava.net.preferIPv4Stack=true', '-cp', classes, 'Herd', ...server.words],
  },
};

export const oneServer = { Riley: [] };
export const fiveServers = seed;

export class Herd {
  /// `core`: the only one the servers may run on. `log`: the section of that name, of herds that have one.
  constructor(platform, topology = fiveServers, { core = null, log = {} } = {}) {
    Object.assign(this, { platform, topology, core, log });
  }

  async start() {
    prepare(this.platform);
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'herd-bench-'));
    const names = Object.keys(this.topology);
    const links = neighbours(this.topology);
    const ports = await freePorts(3 * names.length);
    const peerPort = (name) => ports[3 * names.indexOf(name) + 1];
    this.configFile = path.join(this.folder, 'herd.toml');
    this.servers = names.map((name, i) => {
      const [line, peer, http] = ports.slice(3 * i);
      const words = [name, line, peer, ...[...links[name]].map((other) => `${other}=${peerPort(other)}`)].map(String);
      return { name, ports: { line, peer, http }, words, configFile: this.configFile, process: null };
    });
    this.#writeConfig();
    await this.startServers(names);
  }

  server(name) {
    return this.servers.find((server) => server.name === name);
  }

  /// Resolves once the named servers listen and all links between servers that run are up.
  async startServers(names) {
    for (const name of names) {
      const server = this.server(name);
      server.process = new Process(platforms[this.platform].command(server), { core: this.core });
    }
    await Promise.all(names.map((name) => this.server(name).process.listens(this.server(name).ports.line)));
    const up = pairs(this.topology).filter((pair) => pair.every((name) => this.server(name).process));
    const peerPorts = this.servers.map((server) => server.ports.peer);
    await eventually('all links are up', () => connectionsTo(peerPorts) === up.length);
  }

  /// As if it crashed: it is told nothing.
  async killServer(name) {
    await this.server(name).process.kill();
    this.server(name).process = null;
  }

  async stop() {
    await Promise.all(this.servers.map((server) => server.process?.stop()));
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  #writeConfig() {
    const text = (value) => JSON.stringify(value);
    const address = (port) => text(`127.0.0.1:${port}`);
    const tables = this.servers.map(({ name, ports }) => `[[server]]\nid = ${text(name)}\nline = ${address(ports.line)}\n`
      + `peer = ${address(ports.peer)}\nhttp = ${address(ports.http)}\ntalks_with = ${text(this.topology[name])}\n`);
    const log = Object.entries(this.log).map(([key, value]) => `${key} = ${text(value)}\n`);
    fs.writeFileSync(this.configFile, `[herd]\nname = "bench"\ndata = ${text(this.folder)}\n${tables.join('')}[log]\n${log.join('')}`);
  }
}

const prepared = new Set();

/// Compiles what is to be compiled, once.
export function prepare(platform) {
  if (!prepared.has(platform)) platforms[platform].prepare?.();
  prepared.add(platform);
}

function succeeds(command, words) {
  try {
    execFileSync(command, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
