// A real Mosquitto.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventually, within } from './eventually.mjs';

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

export function start(command, args) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (child.output += text));
  child.ended = new Promise((resolve) => child.on('close', (code) => {
    children.delete(child);
    resolve(code);
  }));
  return child;
}

const mosquitto = fs.existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto';

/// A broker in a folder of its own.
export class Broker {
  child = null;

  constructor(port, lines = ['allow_anonymous true']) {
    this.port = port;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-mqtt-'));
    this.write(lines);
  }

  file(name) {
    return path.join(this.folder, name);
  }

  write(lines) {
    fs.writeFileSync(this.file('mosquitto.conf'),
      [`listener ${this.port} 127.0.0.1`, 'persistence true', `persistence_location ${this.folder}/`, 'user root', ...lines, ''].join('\n'));
  }

  /// Makes `broker.key` and `broker.crt`, which vouches for itself and for `localhost`; the lines that use them.
  certify() {
    const { status, stderr } = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', 'broker.key', '-out', 'broker.crt'],
    { cwd: this.folder, encoding: 'utf8', timeout: 20_000 });
    assert.equal(status, 0, stderr);
    return [`certfile ${this.file('broker.crt')}`, `keyfile ${this.file('broker.key')}`];
  }

  async start() {
    this.child = start(mosquitto, ['-v', '-c', this.file('mosquitto.conf')]);
    await eventually('the broker runs', () => {
      if (this.child.exitCode !== null) throw Object.assign(new Error(this.child.output), { isFinal: true });
      return / running/.test(this.child.output);
    });
  }

  async stop(signal = 'SIGTERM') {
    if (!this.child) return;
    this.child.kill(signal);
    await within(10, 'the broker ends', this.child.ended);
    this.child = null;
  }

  async remove() {
    await this.stop('SIGKILL');
    fs.rmSync(this.folder, { recursive: true });
  }

  publish(topic, payload, ...options) {
    const { status, stderr } = spawnSync('mosquitto_pub', ['-h', '127.0.0.1', '-p', this.port, '-q', '1', '-t', topic, payload === '' ? '-n' : '-s',
      ...options],
      { input: payload, encoding: 'utf8', timeout: 10_000 });
    assert.equal(status, 0, stderr);
  }
}
