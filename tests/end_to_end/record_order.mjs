// The herd's order of records (docs/flooding.md), written down a second time from its description.

import { parseAt, toNs } from './at_line.mjs';

const aheadMaxNs = 60_000_000_000n;

function key(line) {
  const { server, heardAt, time } = parseAt(line);
  const claimed = toNs(time);
  const latest = heardAt + aheadMaxNs;
  return { effective: claimed < latest ? claimed : latest, claimed, heardAt, server };
}

const sign = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/// Negative if the AT line `a` is older than `b`, 0 if they are the same bytes. Unknown ("? ...") is older than all.
export function compareRecords(a, b) {
  if (a === b) return 0;
  if (a.startsWith('? ') || b.startsWith('? ')) return sign(a.startsWith('AT '), b.startsWith('AT '));
  const [left, right] = [key(a), key(b)];
  return sign(left.effective, right.effective) || sign(left.claimed, right.claimed) || sign(right.heardAt, left.heardAt) ||
    sign(left.server, right.server) || sign(a, b);
}
