// Links that fall silent must be found within 3 s.

import assert from 'node:assert/strict';
import { eventually } from './eventually.mjs';
import { slowness } from './server_process.mjs';

/// Resolves once both ends have given the link up, one of them because it heard nothing; asserts that they do within
/// 3 s of `since` (performance.now()), or of when the cable between them fell silent by itself. The link may be up
/// again by then.
export async function foundSilent(herd, ends, since = null) {
  const silentSince = since ?? await eventually('the cable falls silent', () => herd.cable(...ends).fellSilentAt);
  const watched = ends.map((end, i) => ({ server: herd.servers[end], peer: ends[1 - i], logged: herd.servers[end].log().length }));
  await eventually(`${ends.join(' and ')} find their link silent`, async () => {
    for (const end of watched) {
      const { state, reason, connects } = await end.server.link(end.peer);
      end.connects ??= connects;
      end.gaveUp ||= (state !== 'up' && reason !== '') || connects > end.connects;
      end.heardNothing ||= isSilence(reason) || end.server.log().slice(end.logged).split('\n')
        .some((line) => isSilence(line.split(`link ${end.peer} down: `)[1] ?? ''));
    }
    if (!watched.some((end) => end.heardNothing)) throw new Error('neither says that it heard nothing');
    return watched.every((end) => end.gaveUp);
  }, 8);
  const tookS = (performance.now() - silentSince) / 1000;
  // The server's own part is 3 s; the rest is for noticing it here, on a machine that runs other tests too.
  assert.ok(tookS < 3 + 0.5 * slowness, `${ends.join(' and ')} noticed after ${tookS} s`);
}

const isSilence = (reason) => /^(silent|no hello|no answer)/.test(reason);
