// A network of the test's own: each server in a network namespace, with a cable to a common switch (a bridge in a
// namespace too) for what servers say to one another, and one to the test for all else. Cables can be pulled, made
// slow, deaf in one direction or lossy; the kernels' own TCP deals with it. Needs root.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const prefix = 'proxyherd';

/// Why there can be no such network here; false if there can.
export function networkMissing() {
  if (process.getuid() !== 0) return 'needs root, for network namespaces';
  for (const command of ['ip', 'tc', 'nsenter', 'iptables']) {
    try {
      run('sh', '-c', `command -v ${command}`);
    } catch {
      return `needs the command ${command}, for network namespaces`;
    }
  }
  return false;
}

const isAlive = (pid) => fs.existsSync(`/proc/${pid}`);

export class Network {
  #switch = `${prefix}-${process.pid}-switch`;
  #ends = new Map();

  /// Makes the network at once; it goes with this process at the latest.
  constructor(names) {
    removeNamespaces((pid) => !isAlive(pid)); // left by a test that was killed
    process.once('exit', () => this.remove());
    run('ip', 'netns', 'add', this.#switch);
    run('ip', '-n', this.#switch, 'link', 'add', 'bridge', 'type', 'bridge');
    run('ip', '-n', this.#switch, 'link', 'set', 'bridge', 'up');
    const net = `10.${100 + (process.pid % 100)}`;
    for (const [i, name] of names.entries()) {
      const end = {
        namespace: `${prefix}-${process.pid}-${i}`,
        port: `port${i}`, // at the switch
        host: `${net}.${i + 1}.2`, // where the test finds it
        peerHost: `${net}.0.${i + 1}`, // where the other servers do
        outer: `ph${process.pid % 1_000_000}-${i}`, // the test's end of the cable to it
      };
      this.#ends.set(name, end);
      run('ip', 'netns', 'add', end.namespace);
      run('ip', '-n', end.namespace, 'link', 'set', 'lo', 'up');
      run('ip', 'link', 'add', end.outer, 'type', 'veth', 'peer', 'name', 'test', 'netns', end.namespace);
      run('ip', 'addr', 'add', `${net}.${i + 1}.1/24`, 'dev', end.outer);
      run('ip', 'link', 'set', end.outer, 'up');
      this.#ip(end, 'addr', 'add', `${end.host}/24`, 'dev', 'test');
      this.#ip(end, 'link', 'set', 'test', 'up');
      run('ip', '-n', this.#switch, 'link', 'add', end.port, 'type', 'veth', 'peer', 'name', 'herd', 'netns', end.namespace);
      run('ip', '-n', this.#switch, 'link', 'set', end.port, 'master', 'bridge', 'up');
      this.#ip(end, 'addr', 'add', `${end.peerHost}/24`, 'dev', 'herd');
      this.#ip(end, 'link', 'set', 'herd', 'up');
    }
  }

  /// {namespace, host, peerHost} of a server.
  end(name) {
    return this.#ends.get(name);
  }

  /// The server's cable to the switch is pulled out there.
  pull(name) {
    run('ip', '-n', this.#switch, 'link', 'set', this.end(name).port, 'down');
  }

  /// Nothing of what `from` sends arrives at `to`.
  deafen(to, from) {
    this.#iptables(this.end(to), '-A', 'INPUT', '-i', 'herd', '-s', this.end(from).peerHost, '-j', 'DROP');
  }

  /// That share of the packets between servers is lost, chosen by chance.
  lose(share) {
    for (const end of this.#ends.values()) {
      this.#iptables(end, '-A', 'INPUT', '-i', 'herd', '-m', 'statistic', '--mode', 'random', '--probability', share, '-j', 'DROP');
    }
  }

  /// What the server sends to others takes its time, as on a line of so many bits a second.
  slow(name, bitsPerSecond) {
    run('tc', '-n', this.end(name).namespace, 'qdisc', 'replace', 'dev', 'herd', 'root', 'tbf',
      'rate', `${bitsPerSecond}bit`, 'burst', '16kb', 'latency', '400ms');
  }

  /// Ends all faults.
  heal() {
    for (const end of this.#ends.values()) {
      this.#iptables(end, '-F', 'INPUT');
      run('ip', '-n', this.#switch, 'link', 'set', end.port, 'up');
      run('tc', '-n', end.namespace, 'qdisc', 'replace', 'dev', 'herd', 'root', 'pfifo');
    }
  }

  remove() {
    for (const { outer } of this.#ends.values()) run('ip', 'link', 'del', outer); // with its namespace it would go later
    this.#ends.clear();
    removeNamespaces((pid) => pid === process.pid);
  }

  #ip(end, ...args) {
    run('ip', '-n', end.namespace, ...args);
  }

  #iptables(end, ...args) {
    run('nsenter', `--net=/run/netns/${end.namespace}`, '--', 'iptables', '-w', ...args.map(String));
  }
}

/// Their cables go with them.
function removeNamespaces(ofProcess) {
  for (const line of run('ip', 'netns', 'list').split('\n')) {
    const found = new RegExp(`^(${prefix}-(\\d+)-\\w+)`).exec(line);
    if (found && ofProcess(Number(found[2]))) run('ip', 'netns', 'del', found[1]);
  }
}
