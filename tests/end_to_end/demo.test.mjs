// `make demo`, as it runs where nobody watches and as it runs in a terminal.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, within } from './eventually.mjs';
import { binary } from './server_process.mjs';

const script = fileURLToPath(new URL('../../scripts/demo', import.meta.url));

describe('the demo', () => {
  let folder; // what it leaves in the temporary folder is seen here
  let child;

  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'demo-test-'))));
  afterEach(() => {
    child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true });
  });

  function start(command, args) {
    child = spawn(command, args, { env: { ...process.env, TMPDIR: folder, TERM: 'xterm' }, stdio: 'pipe' });
    child.text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (child.text += text));
    child.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  }

  const says = (text) => eventually(`it says ${text}`, () => child.text.includes(text), 60);

  /// The processes of the demo's herd, pid by what they serve.
  function processes() {
    const found = {};
    for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      let args;
      try {
        args = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      } catch {
        continue; // gone meanwhile
      }
      if (args[0] === binary && args.some((arg) => arg.startsWith(folder))) found[args[2]] = Number(pid);
    }
    return found;
  }

  it('ends by itself with status 0 after all has been shown, on free ports where its own are taken', async () => {
    const taken = net.createServer();
    await new Promise((resolve) => taken.once('listening', resolve).once('error', resolve).listen(12000, '127.0.0.1'));
    try {
      start(script, [binary]);
      assert.equal(await within(60, 'the demo ends', child.ended), 0, child.text);
    } finally {
      taken.close();
    }
    for (const text of [
      'runs on free ones instead',
      '5 servers run and all 6 links are up',
      'Every server holds all 300',
      'Riley    ◀ IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503',
      'Campbell ◀ WHATSAT kiwi.cs.ucla.edu 10 5',
      'Juzang   ▶ ? WHEREIS kiwi.cs.ucla.edu',
      'Bernard  ◀ WHATSAT vaduz-schaan 2 4',
      'not running',
      'It holds all 301 clients again',
      'Juzang knows what it missed.',
    ]) {
      assert.ok(child.text.includes(text), `it says ${text}: ${child.text}`);
    }
    assert.doesNotMatch(child.text, /\x1b/);
    assert.ok(child.text.split('\n').every((line) => [...line].length <= 80), 'readable at 80 columns');
    assert.deepEqual(processes(), {});
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('ends with another status and says why when a server fails', async () => {
    start(script, [binary]);
    await says('on the roads of Liechtenstein');
    process.kill(processes().Bernard, 'SIGKILL');
    assert.equal(await within(30, 'the demo ends', child.ended), 1);
    assert.match(child.text, /✗ Bernard ended by itself \(SIGKILL\)/);
    assert.match(child.text, /✗ Logs: /);
    assert.deepEqual(processes(), {});
  });

  it('leaves nothing behind when it is interrupted, not even when it is killed', async () => {
    start(script, [binary]);
    await says('on the roads of Liechtenstein');
    child.kill('SIGTERM');
    assert.equal(await within(30, 'the demo ends', child.ended), 1);
    assert.match(child.text, /✗ Interrupted \(SIGTERM\) before all was shown\./);
    assert.deepEqual(processes(), {});
    assert.deepEqual(fs.readdirSync(folder), []);

    start(script, [binary]);
    await says('on the roads of Liechtenstein');
    child.kill('SIGKILL');
    await eventually('its processes are gone', () => Object.keys(processes()).length === 0);
  });

  it('stays in a terminal until Ctrl-C, with a live table, and ends with status 0', async () => {
    // script(1) runs it in a terminal of its own.
    start('script', ['--quiet', '--return', '--command', `${script} ${binary}`, '/dev/null']);
    await says('Yours to try');
    const before = child.text.length;
    await eventually('the table is redrawn', () => child.text.slice(before).split('reports/s').length > 3);
    child.stdin.write('\x03');
    assert.equal(await within(30, 'the demo ends', child.ended), 0, child.text);
    assert.match(child.text, /The end/);
    assert.deepEqual(processes(), {});
    assert.deepEqual(fs.readdirSync(folder), []);
  });
});
