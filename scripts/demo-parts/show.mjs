// The show from curtain to curtain: sets the stage, tells the story, and leaves nothing behind.

import path from 'node:path';
import { Clock } from './clock.mjs';
import { Screen, bold, isTerminal } from './screen.mjs';
import { Stage } from './stage.mjs';
import { Story } from './story.mjs';

const redrawMs = 250;
class Interrupted extends Error {}

export async function show(binary) {
  const stage = new Stage(binary);
  const screen = new Screen();
  const clock = new Clock(isTerminal, () => stage.check());
  const story = new Story(stage, screen, clock);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => clock.callOff(new Interrupted(signal)));
  process.stdout.on('error', () => clock.callOff(new Interrupted('nobody reads on')));
  if (isTerminal) process.stdout.write('\x1b[?25l');

  let told = false;
  let failure = null;
  let redrawing = null;
  try {
    screen.lines(['', `${bold('Proxyherd')}: a herd of servers that pass the positions of moving clients on to one another`]);
    if (await stage.prepare()) {
      screen.lines(['(A port of herd.toml is taken: this herd runs on free ones instead.)']);
    }
    if (isTerminal) redrawing = redraw(stage, screen, story, clock);
    await story.tell();
    told = true;
    if (isTerminal) {
      invite(stage, screen, binary);
      await clock.wait(1e6);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) failure = error;
    else if (!told) failure = new Error(`Interrupted (${error.message}) before all was shown.`);
  }

  clock.callOff(new Interrupted('the end'));
  await redrawing;
  screen.freeze();
  failure = await endInOrder(stage, screen, failure);
  if (isTerminal) process.stdout.write('\x1b[?25h');
  if (failure) screen.failed(`${failure.message}${stage.folder ? `\nLogs: ${stage.folder}/data/*/server.log` : ''}`);
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
  } catch {
    // Called off, or a process is gone: the story finds the same and says so.
  }
}

function invite(stage, screen, binary) {
  const command = path.relative(process.cwd(), path.resolve(binary));
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
  await stage.close(failure !== null);
  return failure;
}
