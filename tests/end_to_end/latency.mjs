// How soon a report to one server is known at another.

/// Reports one client `count` times to `from`, one after the other, and asks `to` again and again, one question at a
/// time, until it answers with the report. Resolves to the microseconds that each report took, and each question:
/// {toReport, toAsk}, both in ascending order.
export async function latencies(from, to, count) {
  const [reporter, asker] = [await from.connect(), await to.connect()];
  const [toReport, toAsk] = [[], []];
  const client = `latency-${process.pid}-${++measured}`;
  const seconds = Math.floor(Date.now() / 1000);
  for (let i = 0; i < count; ++i) {
    const time = `${seconds}.${String(i).padStart(9, '0')}`;
    const startedAt = performance.now();
    reporter.socket.write(`IAMAT ${client} +34.068930-118.445127 ${time}\n`);
    if (i === 0) await reporter.readLine();
    for (let known = false; !known;) {
      const askedAt = performance.now();
      asker.socket.write(`WHATSAT ${client} 0 0\n`);
      const line = await asker.readLine();
      if (line.startsWith('AT ')) await asker.readAnswer();
      known = line.endsWith(` ${time}`);
      toAsk.push((performance.now() - askedAt) * 1000);
      if (performance.now() - startedAt > 5000) throw new Error(`${to.name} does not learn of ${client} ${time}`);
    }
    toReport.push((performance.now() - startedAt) * 1000);
    if (i > 0) await reporter.readLine();
  }
  reporter.destroy();
  asker.destroy();
  for (const list of [toReport, toAsk]) list.sort((a, b) => a - b);
  return { toReport, toAsk };
}

let measured = 0;

/// That share of a list in ascending order, as a whole number.
export const quantile = (ascending, share) => Math.round(ascending[Math.floor(ascending.length * share)]);
