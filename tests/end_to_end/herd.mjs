// A herd of real processes on free ports, from a herd.toml of its own in a temporary folder.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe } from 'node:test';
import { statusLines } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { FaultyProxy } from './faulty_proxy.mjs';
import { Network, networkMissing } from './network_namespace.mjs';
import { ServerProcess, runProxyherd } from './server_process.mjs';

/// The five servers and six links that it all began with: server -> neighbours, a link named once counts for both.
export const seed = {
  Riley: ['Jaquez', 'Juzang'],
  Jaquez: [],
  Juzang: ['Campbell'],
  Campbell: [],
  Bernard: ['Jaquez', 'Juzang', 'Campbell'],
};

export const chain = (...names) => Object.fromEntries(names.map((name, i) => [name, names.slice(i + 1, i + 2)]));

/// The same links, each named at both ends.
export function neighbours(topology) {
  const both = Object.fromEntries(Object.keys(topology).map((name) => [name, new Set()]));
  for (const [name, others] of Object.entries(topology)) {
    for (const other of others) {
      both[name].add(other);
      both[other].add(name);
    }
  }
  return both;
}

/// Each link once, as [smaller name, greater name]: the smaller dials.
export function pairs(topology) {
  const links = Object.entries(neighbours(topology)).flatMap(([name, others]) => [...others].map((other) => [name, other]));
  return links.filter(([name, other]) => name < other);
}

/// The names of all servers that `from` reaches over working links when those in `down` do not run.
export function reachable(topology, from, down) {
  const links = neighbours(topology);
  const found = new Set([from]);
  for (const name of found) {
    for (const other of links[name]) if (!down.includes(other)) found.add(other);
  }
  return found;
}

export class Herd {
  #folder;

  /// `limits`, `log`, `places`, `trackers`, `auth` and `mqtt` are the sections of that name, `threads` how many event loops each server runs (what
  /// it chooses, if null); `env` is added to each server's environment (or
  /// tells by its name what is), `descriptors` is how many each may have. `proxied`: each link is a FaultyProxy, see
  /// cable(). `tls`: links are TLS. `networked`: each server is in a network namespace of `network`, and links are TLS.
  constructor({ topology = seed, threads = null, limits = {}, log = {}, places = {}, trackers = {}, auth = null, mqtt = null, env = {}, descriptors = null, proxied = false,
    networked = false, tls = networked } = {}) {
    Object.assign(this, { topology, threads, limits, log, places, trackers, auth, mqtt, env, descriptors, proxied, networked, tls });
    this.servers = {};
    this.cables = [];
  }

  get names() {
    return Object.keys(this.topology);
  }

  get configFile() {
    return path.join(this.#folder, 'herd.toml');
  }

  /// Starts (or lets go on) every server that does not run, and resolves once all links are up. `names`: these only.
  async start(names = this.names) {
    if (!this.#folder) await this.#configure();
    for (const name of names) this.servers[name].resume();
    await Promise.all(names.filter((name) => !this.servers[name].running).map((name) => this.servers[name].start()));
    await this.linked();
  }

  /// The cable between two servers of a herd whose links are proxied.
  cable(one, other) {
    return this.cables.find(({ ends }) => ends.includes(one) && ends.includes(other));
  }

  /// The cables that have one end among `names` and the other elsewhere.
  cablesFrom(...names) {
    return this.cables.filter(({ ends }) => names.includes(ends[0]) !== names.includes(ends[1]));
  }

  /// Ends all faults of all cables and of the network.
  async heal() {
    this.network?.heal();
    await Promise.all(this.cables.map((cable) => cable.heal()));
  }

  /// Resolves once every link between running servers is up at both ends.
  linked(seconds = 15) {
    const links = neighbours(this.topology);
    return eventually('all links are up', async () => {
      for (const server of this.running) {
        const { links: states } = await server.status();
        for (const other of links[server.name]) {
          if (!this.servers[other].running || this.servers[other].paused) continue;
          const state = states.find(({ peer }) => peer === other)?.state;
          if (state !== 'up') throw new Error(`${server.name}: the link to ${other} is ${state}`);
        }
      }
      return true;
    }, seconds);
  }

  get running() {
    return Object.values(this.servers).filter((server) => server.running && !server.paused);
  }

  /// Throws if any server ended by itself or a sanitizer found something since the last check.
  check() {
    for (const server of Object.values(this.servers)) server.check();
  }

  /// Stops all in order; throws if one of them does not end as it should.
  async stop() {
    const ends = await Promise.allSettled(Object.values(this.servers).map((server) => server.stop()));
    await Promise.all(Object.values(this.servers).map((server) => server.kill()));
    await Promise.all(this.cables.map((cable) => cable.stop()));
    this.network?.remove();
    if (this.#folder && !process.env.KEEP) fs.rmSync(this.#folder, { recursive: true, force: true });
    for (const { reason } of ends) if (reason) throw reason;
  }

  /// Resolves to the AT line of each of `clients` once all of `servers` (all that run) answer with the same one.
  async agreed(clients, seconds = 10, servers = this.running) {
    return eventually('the servers agree', async () => {
      const tables = await Promise.all(servers.map((server) => atLines(server, clients)));
      for (const [i, table] of tables.entries()) {
        const differs = clients.findIndex((_, k) => table[k] !== tables[0][k]);
        if (differs >= 0) {
          throw new Error(`${servers[i].name}: ${table[differs]}\n${servers[0].name}: ${tables[0][differs]}`);
        }
      }
      const unknown = tables[0].find((line) => !line.startsWith('AT '));
      if (unknown) throw new Error(`none knows ${unknown}`);
      return tables[0];
    }, seconds);
  }

  async #configure() {
    this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-'));
    if (this.networked) this.network = new Network(this.names);
    const links = this.proxied ? pairs(this.topology) : [];
    const ports = await freePorts(3 * this.names.length + links.length);
    for (const name of this.names) {
      const [line, peer, http] = ports.splice(0, 3);
      const data = path.join(this.#folder, 'data', name);
      const configFile = this.proxied ? path.join(this.#folder, `${name}.toml`) : this.configFile;
      const { descriptors } = this;
      const env = typeof this.env === 'function' ? this.env(name) : this.env;
      const place = this.network?.end(name);
      this.servers[name] = new ServerProcess({ name, configFile, ports: { line, peer, http }, data, env, descriptors, ...place });
    }
    this.cables = links.map((ends, i) => {
      const target = this.servers[ends[1]].ports.peer;
      return new FaultyProxy({ ends, port: ports.shift(), target, seed: i + 1 });
    });
    await Promise.all(this.cables.map((cable) => cable.start()));
    for (const { name, configFile } of Object.values(this.servers)) fs.writeFileSync(configFile, this.#toml(name));
    if (this.tls) await runProxyherd(['certs', 'init', '--config', Object.values(this.servers)[0].configFile]);
  }

  /// What the server `reader` is told: its neighbours are where the cables to them begin.
  #toml(reader) {
    const doors = ({ name, ports, host, peerHost }) => {
      const cable = this.cables.find(({ ends }) => ends[0] === reader && ends[1] === name);
      return { line: `${host}:${ports.line}`, peer: `${peerHost}:${cable?.port ?? ports.peer}`, http: `${host}:${ports.http}` };
    };
    const section = (name, values) =>
      [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`), ''];
    const servers = Object.values(this.servers).flatMap((server) => [
      '[[server]]',
      `id = ${JSON.stringify(server.name)}`,
      ...Object.entries(doors(server)).map(([kind, door]) => `${kind} = ${JSON.stringify(door)}`),
      `talks_with = ${JSON.stringify(this.topology[server.name])}`,
      '',
    ]);
    return [
      ...section('herd', { name: 'test', data: 'data', ...(this.threads && { threads: this.threads }) }),
      ...servers,
      ...(this.tls ? section('tls', { peers: 'certs' }) : []),
      ...(this.auth || this.networked ? section('auth', this.auth ?? { open: true }) : []),
      ...(this.mqtt ? section('mqtt', this.mqtt) : []),
      ...section('limits', this.limits),
      ...section('log', this.log),
      ...section('places', this.places),
      ...section('trackers', this.trackers),
    ].join('\n');
  }
}

/// describe() with a herd of its own: all of it runs and is linked before each test, it is checked for crashes and
/// sanitizer reports after each, and stopped after the last.
export function describeHerd(title, options, define) {
  describe(title, { timeout: 240_000, skip: options.networked && networkMissing() }, () => {
    const herd = new Herd(options);
    before(async () => {
      try {
        await herd.start();
      } catch (error) {
        await herd.stop().catch(() => {}); // node 18 calls no after() then
        throw error;
      }
    });
    beforeEach(async () => {
      await herd.heal();
      await herd.start();
    });
    afterEach(() => herd.check());
    after(() => herd.stop());
    define(herd);
  });
}

/// What a server answers for each of `clients`: the AT line, or "? ..." if it does not know the client.
export async function atLines(server, clients) {
  const lines = statusLines(await server.ask(clients.map((client) => `WHATSAT ${client} 0 0\n`).join('')));
  assert.equal(lines.length, clients.length, `${server.name} answers every WHATSAT`);
  return lines;
}

/// `count` ports of 127.0.0.1 that nobody listens on, below those the kernel gives to outgoing connections: a server
/// that is down for a while must find its port still free.
export async function freePorts(count) {
  const range = fs.readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const below = Number(range.split(/\s/)[0]);
  const lowest = below > 20_000 ? 10_000 : 1024;
  const found = new Set();
  while (found.size < count) {
    const port = lowest + Math.floor(Math.random() * (below - lowest));
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
