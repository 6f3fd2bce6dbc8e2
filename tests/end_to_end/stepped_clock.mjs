// Wall clocks of servers that a test sets: each server may have its own.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('stepped_clock.c', import.meta.url));

export class SteppedClocks {
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-clock-'));

  constructor() {
    this.library = path.join(this.#folder, 'stepped_clock.so');
    execFileSync('clang-19', ['-shared', '-fPIC', '-O1', '-o', this.library, source]);
  }

  /// What a server's environment must hold for its clock to be the one of this name.
  env(name) {
    this.step(name, 0);
    return { LD_PRELOAD: this.library, STEPPED_CLOCK: this.#file(name) };
  }

  /// The clock of this name is `seconds` ahead of the true one from now on, or behind if negative.
  step(name, seconds) {
    const shift = Buffer.alloc(8);
    shift.writeBigInt64LE(BigInt(Math.round(seconds * 1000)) * 1_000_000n);
    const file = fs.openSync(this.#file(name), fs.constants.O_CREAT | fs.constants.O_WRONLY);
    fs.writeSync(file, shift, 0, shift.length, 0);
    fs.closeSync(file);
  }

  remove() {
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  #file(name) {
    return path.join(this.#folder, name);
  }
}
