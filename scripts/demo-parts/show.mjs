// The show from curtain to curtain: sets the stage, tells the story, and leaves nothing behind.

import path from 'node:path';
import { Clock } from './clock.mjs';
import { Screen, bold, isTerminal } from './screen.mjs';
import { Stage } from './stage.mjs';
import { Story } from './story.mjs';

const redrawMs = 250;

class Interrupted extends Error {
  constructor(how) {
    super(`Interrupted (${how}) before all was shown.`);
  }
}

export async function show(binary) {
  const stage = new Stage(binary);
  const screen = new Screen();
  const clock = new Clock(isTerminal, () => stage.check());
  const story = new Story(stage, screen, clock);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => clock.callOff(new Interrupted(signal)));
  process.stdout.on('error', () => clock.callOff(new Interrupted('nobody reads on')));
  const restoreTerminal = takeTerminal(() => clock.callOff(new Interrupted('Ctrl-C')));

  let told = false;
  let failure = null;
  let redrawing = null;
  try {
    screen.lines(['', `${bold('Proxyherd')}: servers that pass the positions of moving clients on to one another`, '']);
    if (await stage.prepare()) screen.tell('(A port of herd.toml is taken: this herd runs on free ones instead.)');
    if (isTerminal) redrawing = redraw(stage, screen, story, clock);
    await story.tell();
    told = true;
    if (isTerminal) {
      invite(stage, screen, binary);
      await clock.wait(1e6);
    }
  } catch (error) {
    if (!(error instanceof Interrupted) || !told) failure = error;
  }

  clock.callOff(new Interrupted('the end'));
  await redrawing;
  screen.freeze();
  failure = await endInOrder(stage, screen, failure);
  restoreTerminal();
  if (failure) screen.failed(failure.message + (keepsLogs(failure) ? `\nLogs: ${stage.folder}/data/*/server.log` : ''));
  process.exitCode = failure ? 1 : 0;
}

async function redraw(stage, screen, story, clock) {
  const began = performance.now();
  try {
    for (;;) {
      const rows = await story.rows();
      const seconds = Math.floor((performance.now() - began) / 1000);
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
      screen.live(rows, story.total, `${time}   Ctrl-C stops the herd`);
      await clock.wait(redrawMs / 1000);
    }
  } catch (error) {
    clock.callOff(error); // a process is gone
  }
}

/// Hides the cursor and takes the keys as they come, so that Ctrl-C reaches nobody but `onEnd`: not make either, which
/// would call it a failure. Returns what undoes it.
function takeTerminal(onEnd) {
  if (!isTerminal) return () => {};
  const { stdin, stdout } = process;
  stdout.write('\x1b[?25l');
  const restore = () => {
    if (stdin.isTTY) stdin.setRawMode(false).pause();
    stdout.write('\x1b[?25h');
  };
  if (stdin.isTTY) stdin.setRawMode(true).on('data', (keys) => /[\x03\x04q]/.test(keys) && onEnd());
  process.on('exit', restore);
  return restore;
}

const keepsLogs = (failure) => failure !== null && !(failure instanceof Interrupted);

function invite(stage, screen, binary) {
  const relative = path.relative(process.cwd(), path.resolve(binary));
  const command = relative.startsWith('..') ? path.resolve(binary) : relative;
  screen.heading('Yours to try');
  screen.tell('That was all of it. The herd goes on until you press Ctrl-C. In another terminal:');
  screen.lines([
    `export PROXYHERD_CONFIG=${stage.configFile}`,
    `${command} status --watch`,
    `${command} send Campbell WHATSAT vaduz-schaan 1 5`,
    `${command} send Jaquez IAMAT me +34.0689-118.4451 $(date +%s)`,
    '',
  ]);
}

/// Ends all processes; returns the first thing that went wrong, if any did.
async function endInOrder(stage, screen, failure) {
  try {
    if (stage.driving && !failure) {
      const { sent, answered, refused, reconnects } = await stage.stopDriving();
      if (refused !== 0 || answered === 0) throw new Error(`replay: ${refused} reports refused, ${answered} answered`);
      screen.heading('The end');
      screen.tell(`The clients sent ${sent} reports and had ${answered} answers, none of them a refusal; those of ` +
        `Juzang reconnected ${reconnects === 1 ? 'once' : `${reconnects} times`}, by themselves.`);
      const statuses = await Promise.all(stage.servers.map(({ id }) => stage.stop(id)));
      if (statuses.some((status) => status !== 0)) throw new Error(`servers ended with status ${statuses}`);
    }
  } catch (error) {
    failure ??= error;
  }
  await stage.close(keepsLogs(failure));
  return failure;
}
