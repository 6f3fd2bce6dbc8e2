// The same herd in network namespaces, where the kernels' own TCP meets the faults.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { underLoad } from './aftermath.mjs';
import { eventually } from './eventually.mjs';
import { foundSilent } from './found_silent.mjs';
import { describeHerd, neighbours, seed } from './herd.mjs';
import { newClient, report } from './report.mjs';

describeHerd('a herd in network namespaces', { networked: true }, (herd) => {
  const { servers } = herd;

  it('finds a pulled cable, and one that carries nothing one way, within 3 s, serves on at both ends, and agrees once all is well', () =>
    underLoad(herd, {}, async () => {
      const since = performance.now();
      herd.network.pull('Campbell');
      herd.network.deafen('Juzang', 'Riley'); // Juzang dials
      herd.network.deafen('Jaquez', 'Bernard'); // Bernard dials
      const silent = [...neighbours(seed).Campbell].map((other) => ['Campbell', other]);
      silent.push(['Juzang', 'Riley'], ['Jaquez', 'Bernard']);
      await Promise.all(silent.map((ends) => foundSilent(herd, ends, since)));
      // What is left are two cables: Riley with Jaquez, Juzang with Bernard.
      const [alone, one, other] = [newClient('alone'), newClient('one'), newClient('other')];
      await report(servers.Campbell, { client: alone });
      await report(servers.Riley, { client: one });
      await report(servers.Bernard, { client: other });
      await herd.agreed([one], 5, [servers.Riley, servers.Jaquez]);
      await herd.agreed([other], 5, [servers.Juzang, servers.Bernard]);
      assert.match(await servers.Riley.ask(`WHATSAT ${other} 0 0\n`), /^\? /, 'they are apart');
      await herd.heal();
      await herd.agreed([alone, one, other]);
      await herd.linked();
    }));

  it('loses nothing when every twentieth packet is lost', () => underLoad(herd, {}, async (load) => {
    herd.network.lose(0.05);
    const sent = load.sent;
    await eventually('it was so for 5,000 reports', () => load.sent > sent + 5_000);
    const client = newClient('lossy');
    await report(servers.Riley, { client });
    await herd.agreed([client]);
    await herd.heal();
    await herd.linked();
  }));
});
