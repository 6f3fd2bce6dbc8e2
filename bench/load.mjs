// One run of `proxyherd bench` against a herd, as a sample: {reports_per_s, cpu_us, busy, latency_us, ...}.

import { proxyherd } from './herds.mjs';
import { Process } from './processes.mjs';

/// `words` are further arguments of `proxyherd bench`; `core` is where the generator runs. `targets`: the names of the
/// servers that are reported to, by default all.
export async function load(herd, words, { core = null, targets = [] } = {}) {
  const command = [proxyherd, 'bench', ...targets, '--config', herd.configFile, '--json', ...words.map(String)];
  const generator = new Process(command, { core });
  const { code } = await generator.ended;
  // Status 1 tells of reports that were lost or refused, which are told in the result, too.
  if (!generator.output.stdout) throw new Error(`${command.join(' ')}: status ${code}: ${generator.output.stderr}`);
  const result = JSON.parse(generator.output.stdout);
  return {
    reports_per_s: result.reports_per_s,
    latency_us: result.latency_us,
    cpu_us: result.cpu_us_per_report,
    busy: result.servers.map((server) => server.busy_percent / 100),
    generator_busy: result.generator.busy_percent / 100,
    refused: result.refused,
    unanswered: result.unanswered,
    connections_lost: result.connections_lost,
    seen: result.seen?.count > 0 ? result.seen : null,
    unseen: result.seen?.unseen ?? 0,
    held: result.held && { clients: result.held.clients, lost: result.held.lost, settled_ms: result.held.settled_ms },
  };
}

/// `proxyherd bench` as a person would type it.
export const loadCommand = (words, targets = []) => ['proxyherd', 'bench', ...targets, ...words].join(' ');
