// protocol.md, "Lines and fields" and "Anything else".

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertAt, clockNs } from './at_line.mjs';
import { describeHerd } from './herd.mjs';
import { atUcla, newClient, report, stored } from './report.mjs';

describeHerd('a line', { topology: { Riley: [] } }, (herd) => {
  const riley = () => herd.servers.Riley;

  /// Sends one IAMAT as `bytes` and asserts that the answer is the AT line of these fields.
  async function assertAnswered(bytes, { client, location = atUcla, time }) {
    const sentAt = clockNs();
    const reply = await riley().ask(bytes);
    assert.equal(reply.slice(-1), '\n');
    assertAt(reply.slice(0, -1), { server: 'Riley', client, location, time, sentAt, receivedAt: clockNs() });
  }

  it('may end in CR LF', async () => {
    const client = newClient();
    await assertAnswered(`IAMAT ${client} ${atUcla} 1621464827.5\r\n`, { client, time: '1621464827.5' });
  });

  for (const [name, space] of [['tab', '\t'], ['CR', '\r'], ['FF', '\f'], ['VT', '\v'], ['a run of all of them', ' \t\r\f\v ']]) {
    it(`may have ${name} between its fields, before and after them`, async () => {
      const client = newClient();
      const line = ['', 'IAMAT', client, atUcla, '1621464827.5', ''].join(space);
      await assertAnswered(`${line}\n`, { client, time: '1621464827.5' });
    });
  }

  const ordinary = {
    'NBSP in UTF-8': '\xc2\xa0', 'NBSP in latin1': '\xa0', '0x1c': '\x1c', '0x85': '\x85', 'NUL': '\0', 'DEL': '\x7f',
    'a byte that is no UTF-8': '\xff', 'a lone continuation byte': '\x80', 'a surrogate in UTF-8': '\xed\xa0\x80',
    'an ideographic space in UTF-8': '\xe3\x80\x80', 'a backslash': '\\', 'a quote': '"', 'a percent sign': '%',
  };
  for (const [name, bytes] of Object.entries(ordinary)) {
    it(`takes ${name} for an ordinary character of a field`, async () => {
      const client = `a${bytes}b${newClient()}`;
      await assertAnswered(`IAMAT ${client} ${atUcla} 1621464827.5\n`, { client, time: '1621464827.5' });
      const [first] = (await riley().ask(`WHATSAT ${client} 0 0\n`)).split('\n');
      assert.ok(first.includes(` ${client} `), JSON.stringify(first));
      assert.equal(await riley().ask(`FLUFFY${bytes}DOG\n`), `? FLUFFY${bytes}DOG\n`);
    });
  }

  it('that is blank gets no reply', async () => {
    assert.equal(await riley().ask('\n\r\n \n\t\v\f \r\n\nFLUFFYDOG\n\n \n'), '? FLUFFYDOG\n');
  });

  it('that is blank and unterminated gets no reply', async () => {
    assert.equal(await riley().ask('FLUFFYDOG\n \t'), '? FLUFFYDOG\n');
  });

  it('may come unterminated before the client half-closes', async () => {
    const client = newClient();
    await assertAnswered(`IAMAT ${client} ${atUcla} 1621464827.5`, { client, time: '1621464827.5' });
    assert.equal(await riley().ask('FLUFFYDOG'), '? FLUFFYDOG\n');
    assert.match(await riley().ask(`WHATSAT ${client} 0 0`), /^AT Riley [^\n]*\n\{[^]*\}\n\n$/);
  });

  it('of nothing at all before the client half-closes gets nothing, and the server closes', async () => {
    assert.equal(await riley().ask(''), '');
  });

  it('is answered without a greeting before or a farewell after', async () => {
    const client = await riley().connect();
    await client.write('ONE\n');
    assert.equal(await client.readBytes(6), '? ONE\n');
    await client.write('TWO\n');
    assert.equal(await client.readBytes(6), '? TWO\n');
    client.end();
    assert.equal(await client.readToEnd(), '');
  });

  it('cut at any byte into two writes means the same', async () => {
    const bytes = `IAMAT cut ${atUcla} 1621464827.5\r\nFLUFFY  DOG\r\n`;
    const client = await riley().connect();
    for (let cut = 1; cut < bytes.length; ++cut) {
      await client.write(bytes.slice(0, cut));
      await client.write(bytes.slice(cut));
      assert.match(await client.readLine(), /^AT Riley \+\d+\.\d{9} cut \+34\.068930-118\.445127 1621464827\.5$/);
      assert.equal(await client.readLine(), '? FLUFFY  DOG');
    }
    client.end();
    assert.equal(await client.readToEnd(), '');
  });

  it('is answered in its turn when many come at once, also when a WHATSAT comes between', async () => {
    const client = newClient();
    await report(riley(), { client, time: '1621464827.5' });
    const rounds = 200;
    const commands = Array.from({ length: rounds }, (_, i) =>
      `A${i}\nWHATSAT ${client} 50 20\nIAMAT ${client}-${i} ${atUcla} 1621464827.${i}\n\nWHATSAT ${client} 0 0\nB${i}\n`);
    const replies = await riley().ask(commands.join(''));
    const order = replies.match(/^(\? .*|AT .*)$/gm).map((line) => line.replace(/ [+-]\d+\.\d{9} /, ' '));
    const expected = Array.from({ length: rounds }, (_, i) => [
      `? A${i}`,
      `AT Riley ${client} ${atUcla} 1621464827.5`,
      `AT Riley ${client}-${i} ${atUcla} 1621464827.${i}`,
      `AT Riley ${client} ${atUcla} 1621464827.5`,
      `? B${i}`,
    ]).flat();
    assert.deepEqual(order, expected);
  });
});

describeHerd('an invalid command', { topology: { Riley: [] } }, (herd) => {
  const riley = () => herd.servers.Riley;
  const assertInvalid = async (command) => assert.equal(await riley().ask(`${command}\n`), `? ${command}\n`);

  it('is copied after "? " with its inner white space, without that around it', async () => {
    assert.equal(await riley().ask(' \t\v\fFLUFFY \t\v\f\r  DOG \r\n'), '? FLUFFY \t\v\f\r  DOG\n');
  });

  for (const command of [
    'FLUFFYDOG', 'IAMAT', 'WHATSAT', 'AT', '?', '? ? ?', 'IAMATkiwi', 'IAMAT,kiwi', 'QUIT', 'GET / HTTP/1.1',
    `iamat kiwi ${atUcla} 1621464827.5`, `Iamat kiwi ${atUcla} 1621464827.5`, `IAMAT\0 kiwi ${atUcla} 1621464827.5`,
    `IAMAT\xc2\xa0kiwi ${atUcla} 1621464827.5`, `\xef\xbb\xbfIAMAT kiwi ${atUcla} 1621464827.5`,
    'IAMAT kiwi', `IAMAT kiwi ${atUcla}`, `IAMAT ${atUcla} 1621464827.5`, `IAMAT kiwi ${atUcla} 1621464827.5 more`,
    'IAMAT kiwi +34.068930 -118.445127 1621464827.5',
    'whatsat kiwi 10 5', 'WHATSAT kiwi', 'WHATSAT kiwi 10', 'WHATSAT kiwi 10 5 more', 'WHATSAT 10 5',
  ]) {
    it(`such as ${JSON.stringify(command)} is copied after "? "`, () => assertInvalid(command));
  }

  it('such as an AT line, which is for servers only, is copied and stores nothing', async () => {
    await assertInvalid(`AT Riley +0.263873386 posing ${atUcla} 1621464827.959498503`);
    assert.equal(await stored(riley(), 'posing'), '? WHATSAT posing 0 0');
  });

  it('leaves the connection usable and what is stored as it was', async () => {
    const name = newClient();
    const line = await report(riley(), { client: name, time: '1621464827.5' });
    const client = await riley().connect();
    await client.write(`IAMAT ${name} +1+1 1621464829.5 more\n`);
    assert.equal(await client.readLine(), `? IAMAT ${name} +1+1 1621464829.5 more`);
    await client.write(`WHATSAT ${name} 0 0\n`);
    assert.equal((await client.readAnswer()).split('\n')[0], line);
    client.destroy();
  });

  it('is counted in the status', async () => {
    const before = (await riley().status()).invalid_commands;
    await riley().ask('ONE\nTWO\nTHREE\n');
    assert.equal((await riley().status()).invalid_commands, before + 3);
  });
});
