// What Proxyherd must hold, and what was seen: each {what, goal, seen, holds}; holds is null if it was not measured.

import { percent, short, significant, span } from './figures.mjs';

export function goals(figures) {
  const cpu = 'cpu_us';
  const herd = 'herd/proxyherd/p32';
  const java = 'herd/java/p32';
  const all = [];
  const ratio = (what, seen, limits) => all.push({
    what,
    goal: limits.map((limit) => `<= ${limit}`).join(', then '),
    seen: seen === null ? 'not measured' : significant(seen),
    holds: seen === null ? null : seen <= limits[0],
    further: seen !== null && seen <= limits.at(-1),
  });
  const atMost = (what, seen, limit, format) => all.push({
    what,
    goal: `<= ${format(limit)}`,
    seen: seen === null ? 'not measured' : format(seen),
    holds: seen === null ? null : seen <= limit,
  });
  const none = (what, goal, seen, text) => all.push({ what, goal, seen: seen === null ? 'not measured' : text, holds: seen });

  for (const [p, limits] of [[1, [1.1, 1.0]], [16, [0.7, 0.6]], [128, [0.5, 0.4]]]) {
    ratio(`CPU per request, of Redis SET's, p = ${p}`, figures.ratio(`one/proxyherd/p${p}`, `one/redis/set-p${p}`, cpu), limits);
  }
  ratio('CPU per request, of Redis GEOADD\'s (100,000 members), p = 128', figures.ratio('one/proxyherd/p128', 'one/redis/geoadd-p128', cpu), [0.2, 0.15]);

  const rate = figures.median(herd, 'reports_per_s');
  const times = figures.ratio(herd, java, 'reports_per_s');
  none('Herd of five, x32', '1M reports/s, or 3 times the Java herd', rate === null ? null : rate >= 1e6 || (times ?? 0) >= 3,
    `${short(rate ?? 0)}/s, ${times === null ? '?' : significant(times)} times`);
  const lost = figures.values(herd, 'held.lost');
  none('... the newest report of every client at every server', 'none lost', lost.length === 0 ? null : lost.every((count) => count === 0),
    `${lost.reduce((sum, count) => sum + count, 0)} lost`);
  const coalesced = figures.median(herd, 'coalesced_share');
  none('... overtaken by a newer report on the way', 'stated', coalesced === null ? null : true, percent(coalesced ?? 0));

  atMost('Two hops away, idle, p50', figures.median('herd/proxyherd/seen100', 'seen.p50'), 200, span);
  atMost('Two hops away, 50,000 reports/s, p99', figures.median('herd/proxyherd/seen50000', 'seen.p99'), 3000, span);
  atMost('Idle connection, user memory', figures.median('idle/proxyherd', 'bytes_per_connection'), 2048, (bytes) => `${significant(bytes / 1024)} KB`);
  const held = figures.median('idle/proxyherd', 'held');
  const refused = figures.median('idle/proxyherd', 'refused') === 0 && figures.median('idle/proxyherd', 'unanswered') === 0;
  none('Connections held while reports flow', '10,000', held === null ? null : held === 10_000 && refused, `${held}`);
  const left = figures.values('log/proxyherd', 'lines_left_out').concat(figures.values('log/proxyherd', 'lines_dropped'));
  const logged = figures.median('log/proxyherd', 'reports_per_s');
  none('traffic = "all": no line dropped', 'at 200,000 reports/s', left.length === 0 ? null : left.every((count) => count === 0) && logged > 198_000,
    `${left.reduce((sum, count) => sum + count, 0)} dropped at ${short(logged ?? 0)}/s`);
  return all;
}

/// Yes, no, or what to do to know.
export const verdict = ({ holds, further }) => (holds === null ? '-' : holds ? (further ? 'yes, the further goal too' : 'yes') : '**no**');
