// What every herd must do that is measured, ours and the peers: node --test bench/conformance.test.mjs

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAt, clockNs, fromNow, parseAt } from '../tests/end_to_end/at_line.mjs';
import { eventually } from '../tests/end_to_end/eventually.mjs';
import { ask } from '../tests/end_to_end/line_client.mjs';
import { Herd, platforms } from './herds.mjs';

const place = '+34.068930-118.445127';

for (const [platform, { title }] of Object.entries(platforms)) {
  describe(title, () => {
    const herd = new Herd(platform);
    before(() => herd.start());
    after(() => herd.stop());

    const names = Object.keys(herd.topology);
    const tell = (name, bytes) => ask(herd.server(name).ports.line, bytes);
    /// The AT line that the named server holds of the client; undefined if it has none.
    const held = async (name, client) => /^AT .*$/m.exec(await tell(name, `WHATSAT ${client} 0 0\n`))?.[0];
    const heldEverywhere = (client, line) => eventually(`all hold ${line}`, async () => {
      const lines = await Promise.all(names.map((name) => held(name, client)));
      if (lines.every((other) => other === line)) return true;
      throw new Error(lines.join('\n'));
    });

    test('a report is answered with the server, the difference and a copy', async () => {
      for (const [location, time] of [[place, fromNow(-1)], ['-0-000', fromNow(20)], ['+90.000-180', '1621464827'],
        ['+12.345678901234567890+000179.5', '1621464827.5'], ['-90+7.5', '0.000000001'], [place, '1621464827.959498503123']]) {
        const sentAt = clockNs();
        const reply = await tell('Riley', `IAMAT one-${time} ${location} ${time}\n`);
        assert.ok(reply.endsWith('\n'));
        assertAt(reply.slice(0, -1), { server: 'Riley', client: `one-${time}`, location, time, sentAt, receivedAt: clockNs() });
      }
    });

    test('a question is answered with the held line and well-formed places', async () => {
      const line = (await tell('Riley', `IAMAT asked ${place} ${fromNow(-1)}\n`)).trimEnd();
      const reply = await tell('Riley', 'WHATSAT asked 0.001 0\n');
      assert.equal(reply.slice(0, line.length + 1), `${line}\n`);
      assert.match(reply, /[^\n]\n\n$/);
      assert.ok(!reply.slice(0, -2).includes('\n\n'));
      const places = JSON.parse(reply.slice(line.length));
      assert.equal(places.status, 'ZERO_RESULTS');
      assert.deepEqual(places.results, []);
    });

    test('what is no command comes back after a question mark', async () => {
      const invalid = ['FLUFFYDOG', 'iamat a +1-1 1', 'IAMAT a +1-1', 'IAMAT a +1-1 1 1', 'IAMAT a 1-1 1', 'IAMAT a +1 1',
        'IAMAT a +90.1-1 1', 'IAMAT a +1-180.00001 1', 'IAMAT a +1-1e1 1', 'IAMAT a +1.-1 1', 'IAMAT a +1-1 -1', 'IAMAT a +1-1 1.2.3',
        'IAMAT a +1-1 nan', 'IAMAT a +1-1 9223372036', 'WHATSAT nobody 1 1', 'WHATSAT asked 50.1 1', 'WHATSAT asked 1 21',
        'WHATSAT asked -1 1', 'WHATSAT asked 1 1.5', 'AT Riley +0.000000001 a +1-1 1', 'A  B\tC'];
      assert.equal(await tell('Riley', invalid.map((line) => `  ${line} \n`).join('')), invalid.map((line) => `? ${line}\n`).join(''));
    });

    test('white space divides fields, blank lines are silent, an unterminated last line counts', async () => {
      const reply = await tell('Riley', `\n \t\r\n\tIAMAT\f spaced \v ${place}\t1621464827.5 \r\nWHAT\nIAMAT last ${place} 1`);
      assert.deepEqual(reply.split('\n').map((line) => line.replace(/ \+\d+\.\d{9} /, ' _ ')),
        [`AT Riley _ spaced ${place} 1621464827.5`, '? WHAT', `AT Riley _ last ${place} 1`, '']);
    });

    test('ten thousand pipelined commands are answered in their order', async () => {
      const now = fromNow(-1);
      const commands = Array.from({ length: 10_000 }, (_, i) => (i % 100 === 7 ? `NO ${i}` : `IAMAT pipe-${i} ${place} ${now}`));
      const lines = (await tell('Jaquez', commands.map((command) => `${command}\n`).join(''))).split('\n');
      assert.equal(lines.pop(), '');
      assert.deepEqual(lines.map((line) => line.replace(/^AT Jaquez \+\d+\.\d{9}/, 'IAMAT').replace(/^\? /, '')), commands);
      for (const i of [0, 5000, 9999]) await eventually(`pipe-${i} is everywhere`, async () => {
        const found = await Promise.all(names.map((name) => held(name, `pipe-${i}`)));
        return found.every((line) => line === lines[i]);
      });
    });

    test('a report reaches all five servers, from whichever it was told', async () => {
      for (const name of names) {
        const line = (await tell(name, `IAMAT from-${name} ${place} ${fromNow(-1)}\n`)).trimEnd();
        await heldEverywhere(`from-${name}`, line);
      }
    });

    test('the newest report wins at all servers; an older one is answered and changes nothing', async () => {
      const [older, newer, newest] = [fromNow(-30), fromNow(-20), fromNow(-10)];
      const first = (await tell('Riley', `IAMAT moves ${place} ${newer}\n`)).trimEnd();
      await heldEverywhere('moves', first);
      const late = (await tell('Campbell', `IAMAT moves +1-1 ${older}\n`)).trimEnd();
      assert.equal(parseAt(late).time, older);
      assert.equal(await held('Campbell', 'moves'), first);
      const last = (await tell('Campbell', `IAMAT moves +2-2 ${newest}\n`)).trimEnd();
      await heldEverywhere('moves', last);
      assert.equal(parseAt((await tell('Bernard', `IAMAT moves +2-2 ${newest}\n`)).trimEnd()).server, 'Bernard');
      await heldEverywhere('moves', last);
    });

    test('of two reports with the same time all servers hold the same one', async () => {
      const time = fromNow(-1);
      const replies = await Promise.all(names.map((name, i) => tell(name, `IAMAT tie +${i}-${i} ${time}\n`)));
      await eventually('all agree', async () => {
        const lines = await Promise.all(names.map((name) => held(name, 'tie')));
        return replies.includes(`${lines[0]}\n`) && lines.every((line) => line === lines[0]);
      });
    });

    test('a server that was killed gets what it missed when it returns', async () => {
      const before = (await tell('Bernard', `IAMAT early ${place} ${fromNow(-1)}\n`)).trimEnd();
      await heldEverywhere('early', before);
      await herd.killServer('Juzang');
      const missed = (await tell('Riley', `IAMAT missed ${place} ${fromNow(-1)}\n`)).trimEnd();
      await eventually('Campbell knows by way of Bernard', async () => (await held('Campbell', 'missed')) === missed);
      await herd.startServers(['Juzang']);
      await heldEverywhere('missed', missed);
      await heldEverywhere('early', before);
      const later = (await tell('Juzang', `IAMAT later ${place} ${fromNow(-1)}\n`)).trimEnd();
      await heldEverywhere('later', later);
    });
  });
}
