// The seed's five servers: what one hears all know, and with two of them down exactly those know it that can.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fromNow } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { atLines, describeHerd, reachable, seed } from './herd.mjs';
import { newClient, report, stored } from './report.mjs';

describeHerd('the herd of five', {}, (herd) => {
  const { servers, names } = herd;
  const reported = [];

  for (const name of names) {
    it(`tells at every server what ${name} heard, in the same bytes`, async () => {
      const client = newClient(`heard-by-${name}`);
      const line = await report(servers[name], { client, location: '+47.1410+9.5209', time: fromNow(-1) });
      reported.push(client);
      for (const other of names) {
        await eventually(`${other} knows ${client}`, async () => (await stored(servers[other], client)) === line);
      }
    });
  }

  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]));
  for (const down of pairs) {
    it(`without ${down.join(' and ')} lets exactly the reachable ones know, and agrees once they are back`, async () => {
      await Promise.all(down.map((name) => servers[name].stop()));
      const up = names.filter((name) => !down.includes(name));
      const clientOf = Object.fromEntries(up.map((name) => [name, newClient(`only-${name}-heard`)]));
      const clients = Object.values(clientOf);
      reported.push(...clients);
      await Promise.all(up.map((name) => report(servers[name], { client: clientOf[name] })));

      const known = async (name) => {
        const lines = await atLines(servers[name], clients);
        return up.filter((_, i) => lines[i].startsWith('AT '));
      };
      const expected = (name) => up.filter((origin) => reachable(seed, origin, down).has(name));
      for (const name of up) {
        await eventually(`${name} knows what ${expected(name)} heard`, async () =>
          (await known(name)).length >= expected(name).length);
      }
      for (const name of up) assert.deepEqual(await known(name), expected(name), `what ${name} knows`);

      await herd.start();
      await herd.agreed(reported);
    });
  }
});
