// What Proxyherd must hold, and what was seen: each {what, goal, seen, holds}; holds is null if it was not measured.

import { percent, short, significant, span } from './figures.mjs';

export function goals(figures) {
  const all = [];
  /// `holds` is told what was seen, if anything was in all of the `rows`.
  const add = (what, goal, rows, seen, holds, format) => {
    const isMeasured = typeof seen === 'number';
    const star = rows.some((id) => figures.isDisturbed(id)) ? '\\*' : '';
    all.push({ what, goal, seen: isMeasured ? format(seen) + star : 'not measured', holds: isMeasured ? holds(seen) : null });
  };
  const ratio = (what, row, other, limit, further) => {
    add(what, `<= ${limit}, then <= ${further}`, [row, other], figures.ratio(row, other, 'cpu_us'), (seen) => seen <= limit, significant);
    all.at(-1).further = figures.ratio(row, other, 'cpu_us') <= further;
  };
  const atMost = (what, row, path, limit, format) =>
    add(what, `<= ${format(limit)}`, [row], figures.median(row, path), (seen) => seen <= limit, format);
  const sum = (row, path) => {
    const values = figures.values(row, path);
    return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
  };

  for (const [p, limit, further] of [[1, 1.1, 1.0], [16, 0.7, 0.6], [128, 0.5, 0.4]]) {
    ratio(`CPU per request, of Redis SET's, p = ${p}`, `one/proxyherd/p${p}`, `one/redis/set-p${p}`, limit, further);
  }
  ratio('CPU per request, of Redis GEOADD\'s (100,000 members), p = 128', 'one/proxyherd/p128', 'one/redis/geoadd-p128', 0.2, 0.15);

  const herd = 'herd/proxyherd/p32';
  const times = figures.ratio(herd, 'herd/java/p32', 'reports_per_s');
  add('Herd of five, x32, of the Java herd\'s', '1M reports/s or 3 times', [herd, 'herd/java/p32'], figures.median(herd, 'reports_per_s'),
    (seen) => seen >= 1e6 || times >= 3, (seen) => `${short(seen)}/s, ${significant(times ?? 0)} times`);
  add('... newest reports of all clients missing at a server', '0', [], sum(herd, 'held.lost'), (seen) => seen === 0, String);
  add('... overtaken by a newer report on the way', 'to be stated', [], figures.median(herd, 'coalesced_share'), () => true, percent);

  atMost('Two hops away, idle, p50', 'herd/proxyherd/seen100', 'seen.p50', 200, span);
  atMost('Two hops away, 50,000 reports/s, p99', 'herd/proxyherd/seen50000', 'seen.p99', 3000, span);
  atMost('5 nearest within 10 km among a million, CPU', 'one/proxyherd/near', 'cpu_us', 10, span);
  atMost('Idle connection, user memory', 'idle/proxyherd', 'bytes_per_connection', 2048, (bytes) => `${significant(bytes / 1024)} KB`);
  add('Connections held while reports flow', '10,000', [], figures.median('idle/proxyherd', 'held'),
    (seen) => seen === 10_000 && sum('idle/proxyherd', 'refused') + sum('idle/proxyherd', 'unanswered') === 0, String);
  const log = 'log/proxyherd';
  const left = sum(log, 'lines_left_out');
  add('traffic = "all", lines dropped', '0 at 200,000 reports/s', [log], left === null ? null : left + sum(log, 'lines_dropped'),
    (seen) => seen === 0 && figures.median(log, 'reports_per_s') > 198_000, (seen) => `${seen} at ${short(figures.median(log, 'reports_per_s'))}/s`);
  return all;
}

/// Yes, no, or what to do to know.
export const verdict = ({ holds, further }) => (holds === null ? '-' : holds ? (further ? 'yes, the further goal too' : 'yes') : '**no**');
