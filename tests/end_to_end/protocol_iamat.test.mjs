// protocol.md, "IAMAT".

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fromNow, parseAt } from './at_line.mjs';
import { describeHerd } from './herd.mjs';
import { atUcla, newClient, report, stored } from './report.mjs';

describeHerd('IAMAT', { topology: { Riley: [] } }, (herd) => {
  const riley = () => herd.servers.Riley;

  it('answers the example of the assignment', async () => {
    const line = await report(riley(), { client: 'kiwi.cs.ucla.edu', time: '1621464827.959498503' });
    assert.match(line, /^AT Riley \+\d{8,}\.\d{9} kiwi\.cs\.ucla\.edu \+34\.068930-118\.445127 1621464827\.959498503$/);
  });

  for (const location of [
    '+34.068930-118.445127', '+12-118', '+35.068930-118', '+35-118.445127', '+0+0', '-0-0', '+00+000', '-34.5+118.25',
    '+90+180', '-90-180', '+90.000-180.000000000', '+089+0179', '+7.1-8.2',
    '+34.068930123456789012-118.445127123456789012',
  ]) {
    it(`takes the location ${location} and copies it`, () => report(riley(), { location, time: '1621464827.5' }));
  }

  for (const location of [
    '34.068930-118.445127', '+34.068930118.445127', '++34.068930-118.445127', '+34.068930--118.445127',
    '+-34.068930-118.445127', '+34.068930+-118.445127', '+34.068930,-118.445127', '+34,068930-118,445127',
    '+34.06.8930-118.445127', '+34.068930-118.445.127', '+34..068930-118.445127', '+3e1-118.445127',
    '+34.068930-1.18e2', '+nan-118', '+34+nan', '+inf-118', '+34-inf', '+34.068930-118.445127/', '+34.068930-118.445127+8848',
    '+34.068930-118.445127N', '+34.068930', '-118.445127', '+34.068930-', '+-', '+', '+.5-118', '+34-.5', '+.-.', '+0x22-0x76',
    '+90.1-118', '+91-118', '-90.000000000000000001-118', '+34+180.1', '+34-181', '+34+180.000000000000000001',
    '+99999999999999999999-118', '\xef\xbc\x8b34-118', 'ucla',
  ]) {
    it(`refuses the location ${JSON.stringify(location)}`, async () => {
      const client = newClient();
      const command = `IAMAT ${client} ${location} 1621464827.959498503`;
      assert.equal(await riley().ask(`${command}\n`), `? ${command}\n`);
      assert.equal(await stored(riley(), client), `? WHATSAT ${client} 0 0`);
    });
  }

  for (const time of [
    '1621464827', '1621464827.5', '1621464827.9594985', '1621464827.959498503', '1651567233.', '0', '0.000000001',
    '1621464827.9594985031', '1621464827.959498503999999999999999', '00001621464827.5', '9223372035', '9223372035.999999999',
  ]) {
    it(`takes the time ${time} and copies it`, () => report(riley(), { time }));
  }

  for (const time of [
    'nan', 'inf', '-inf', '-1', '-1621464827.5', '+1621464827.5', '0x60a5947b', '1.6e9', '12:34:56', '2021-05-19', '1621464827.9.5',
    '1621464827..5', '1621464827,5', '.5', '.', '9223372036', '9223372035.5.', '99999999999999999999', '18446744073709551617',
    '1621464827.5s', '1621464827.5-', '1621464827.-5', '1_621_464_827',
  ]) {
    it(`refuses the time ${time}`, async () => {
      const client = newClient();
      const command = `IAMAT ${client} ${atUcla} ${time}`;
      assert.equal(await riley().ask(`${command}\n`), `? ${command}\n`);
      assert.equal(await stored(riley(), client), `? WHATSAT ${client} 0 0`);
    });
  }

  for (const [bytes, what] of [[1, 'one byte'], [1000, '1000 bytes'], [4096, '4096 bytes']]) {
    it(`takes a client id of ${what}`, async () => {
      const client = newClient().padEnd(bytes, 'x').slice(-bytes);
      const line = await report(riley(), { client });
      assert.equal(await stored(riley(), client), line);
    });
  }

  it('refuses a client id of 4097 bytes', async () => {
    const command = `IAMAT ${'x'.repeat(4097)} ${atUcla} 1621464827.5`;
    assert.equal(await riley().ask(`${command}\n`), `? ${command}\n`);
  });

  it('keeps clients apart by every byte of their ids', async () => {
    const ids = ['kiwi', 'kiwi\0', 'KIWI', 'kiw\xc3\xad', 'kiwi\xa0', 'kiwi.', 'kiwi%20', 'IAMAT', 'WHATSAT', 'AT', '?'];
    const lines = [];
    for (const [i, client] of ids.entries()) lines.push(await report(riley(), { client, time: `1621464827.${i}` }));
    for (const [i, client] of ids.entries()) assert.equal(await stored(riley(), client), lines[i]);
  });

  it('answers a negative difference to a client whose clock is ahead', async () => {
    const { difference } = parseAt(await report(riley(), { time: fromNow(30) }));
    assert.ok(difference < -25_000_000_000n && difference > -31_000_000_000n, `${difference}`);
  });

  it('answers differences of any size in plain digits', async () => {
    assert.match(await report(riley(), { time: '9223372035' }), /^AT Riley -7\d{9}\.\d{9} /);
    assert.match(await report(riley(), { time: '0' }), /^AT Riley \+1\d{9}\.\d{9} /);
  });

  it('replaces what is held by a newer report, be it newer by a nanosecond', async () => {
    const client = newClient();
    await report(riley(), { client, location: '+1+1', time: '1621464827.959498502' });
    const newer = await report(riley(), { client, location: '+2+2', time: '1621464827.959498503' });
    assert.equal(await stored(riley(), client), newer);
  });

  it('answers an older report with its own AT line and does not store it, be it older by a nanosecond', async () => {
    const client = newClient();
    const newer = await report(riley(), { client, location: '+2+2', time: '1621464827.959498503' });
    await report(riley(), { client, location: '+1+1', time: '1621464827.959498502' });
    await report(riley(), { client, location: '+1+1', time: '1621464827' });
    await report(riley(), { client, location: '+1+1', time: '0' });
    assert.equal(await stored(riley(), client), newer);
  });

  it('compares times as numbers, not as text', async () => {
    const client = newClient();
    await report(riley(), { client, location: '+1+1', time: '999999999.9' });
    const newer = await report(riley(), { client, location: '+2+2', time: '1000000000' });
    assert.equal(await stored(riley(), client), newer);
    await report(riley(), { client, location: '+3+3', time: '0999999999.99999' });
    assert.equal(await stored(riley(), client), newer);
  });

  it('takes a report that is heard later for the lesser one when their times are equal', async () => {
    const client = newClient();
    const first = await report(riley(), { client, location: '+1+1', time: '1621464827.5' });
    await report(riley(), { client, location: '+2+2', time: '1621464827.5' });
    await report(riley(), { client, location: '+0+0', time: '1621464827.500' });
    await report(riley(), { client, location: '+2+2', time: '1621464827.5000000009' });
    assert.equal(await stored(riley(), client), first);
  });

  it('decides between two reports of equal time in one write by their bytes, whichever comes first', async () => {
    const winners = [];
    for (const locations of [['+1+1', '+2+2'], ['+2+2', '+1+1']]) {
      const client = newClient();
      const heard = (await riley().ask(locations.map((each) => `IAMAT ${client} ${each} 1621464827.5\n`).join('')))
        .trimEnd().split('\n').map(parseAt);
      assert.equal(heard[0].heardAt, heard[1].heardAt, 'commands that arrive together are heard at the same time');
      winners.push(parseAt(await stored(riley(), client)).location);
    }
    assert.equal(winners[0], winners[1]);
  });

  it('answers the same report sent again and changes nothing', async () => {
    const client = newClient();
    const first = await report(riley(), { client, time: '1621464827.5' });
    const again = await report(riley(), { client, time: '1621464827.5' });
    assert.notEqual(again, first);
    assert.equal(await stored(riley(), client), first);
  });

  it('answers the same report sent again and changes nothing, also when its time is far ahead', async () => {
    const client = newClient();
    const time = fromNow(3600);
    const first = await report(riley(), { client, time });
    await report(riley(), { client, time });
    assert.equal(await stored(riley(), client), first);
  });

  it('lets no clock that is far ahead freeze a record: what is heard later with a time as far ahead wins', async () => {
    const client = newClient();
    await report(riley(), { client, location: '+1+1', time: fromNow(3600) });
    const later = await report(riley(), { client, location: '+2+2', time: fromNow(90) });
    assert.equal(await stored(riley(), client), later);
  });

  it('counts a time that is far ahead as 60 s ahead', async () => {
    const client = newClient();
    const ahead = await report(riley(), { client, location: '+1+1', time: '9223372035' });
    await report(riley(), { client, location: '+2+2', time: fromNow(40) });
    assert.equal(await stored(riley(), client), ahead);
    const later = await report(riley(), { client, location: '+3+3', time: fromNow(61) });
    assert.equal(await stored(riley(), client), later);
  });

  it('takes times of less than 60 s ahead as they are', async () => {
    const client = newClient();
    const ahead = await report(riley(), { client, location: '+1+1', time: fromNow(50) });
    await report(riley(), { client, location: '+2+2', time: fromNow(40) });
    assert.equal(await stored(riley(), client), ahead);
  });
});
