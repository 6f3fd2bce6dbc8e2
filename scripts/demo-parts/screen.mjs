// What the demo shows: a story that scrolls and, in a terminal, a live table that stays below it.

const out = process.stdout;
export const isTerminal = Boolean(out.isTTY) && process.env.TERM !== 'dumb';
const coloured = isTerminal && !process.env.NO_COLOR;
const style = (code) => (text) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : String(text));
export const bold = style(1);
export const dim = style(2);
export const red = style(31);
export const green = style(32);
export const cyan = style(36);

const columns = (isTerminal && out.columns) || 80;
const width = Math.min(79, columns - 1);
const visible = (text) => text.replace(/\x1b\[[0-9;]*m/g, '');
const pad = (text, size) => text + ' '.repeat(Math.max(0, size - visible(text).length));
const padLeft = (text, size) => ' '.repeat(Math.max(0, size - visible(text).length)) + text;

/// `text` in lines of at most `columnsMax` characters, broken at spaces only.
function wrap(text, columnsMax) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line && line.length + 1 + word.length > columnsMax) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

export class Screen {
  #live = []; // the lines of the live table as they stand on the terminal

  heading(text) {
    const rule = '─'.repeat(Math.max(0, width - 4 - text.length));
    this.#print([`${bold(cyan(`── ${text}`))} ${dim(rule)}`, '']);
  }

  /// A paragraph of the story.
  tell(text) {
    this.#print([...wrap(text, width - 4).map((line) => `  ${line}`), '']);
  }

  lines(lines) {
    this.#print(lines.map((line) => line && `  ${line}`));
  }

  /// What was proved.
  proved(text) {
    const lines = wrap(text, width - 6);
    this.#print([...lines.map((line, i) => `  ${i === 0 ? green('✓') : ' '} ${line}`), '']);
  }

  failed(text) {
    this.#print(['', ...text.split('\n').map((line) => `  ${red('✗')} ${line}`), '']);
  }

  /// Bytes on their way to a server, or back from it. Long lines are broken at spaces, which are theirs.
  sent(server, line) {
    this.#spoken(`${pad(server, 9)}◀ `, line, bold);
  }
  received(server, line) {
    this.#spoken(`${pad(server, 9)}▶ `, line, (text) => text);
  }

  /// The table as a part of the story, where nobody sees it live.
  still(rows, total) {
    if (!isTerminal) this.#print([...table(rows, total), '']);
  }

  /// Redraws the table at the bottom of a terminal.
  live(rows, total, note) {
    if (!isTerminal) return;
    const lines = [dim('─'.repeat(width)), ...table(rows, total), dim(`  ${note}`)];
    out.write(this.#erase() + lines.join('\n') + '\n');
    this.#live = lines;
  }

  /// Leaves the table as it is and goes on below it.
  freeze() {
    if (this.#live.length > 0) out.write('\n');
    this.#live = [];
  }

  #spoken(label, text, emphasis) {
    const lines = wrap(text, width - 2 - label.length);
    this.#print(lines.map((line, i) => `  ${i === 0 ? cyan(label) : ' '.repeat(label.length)}${emphasis(line)}`));
  }

  #erase() {
    // A terminal narrower than the table breaks its lines.
    const rows = this.#live.reduce((sum, line) => sum + Math.max(1, Math.ceil(visible(line).length / columns)), 0);
    return rows > 0 ? `\x1b[${rows}A\r\x1b[J` : '';
  }

  #print(lines) {
    const below = this.#live.length > 0 ? this.#live.join('\n') + '\n' : '';
    out.write(this.#erase() + lines.join('\n') + '\n' + below);
  }
}

/// How many of `total` clients there are, as a bar of eight cells.
export function bar(clients, total) {
  const cells = total > 0 ? Math.min(8, Math.floor((8 * clients) / total)) : 0;
  return green('█'.repeat(cells)) + dim('░'.repeat(8 - cells));
}

/// The herd in a table: `rows` are {id, status}, status null for a server that does not answer; `total` clients.
function table(rows, total) {
  const dot = (up) => (up ? green('●') : red('○'));
  const row = (server, clients, updates, rate, links) =>
    `  ${pad(server, 10)}  ${padLeft(clients, 13)}  ${padLeft(updates, 7)}  ${padLeft(rate, 9)}  ${links}`;
  const heading = row('server', 'clients held', 'updates', 'reports/s', 'links');
  const lines = rows.map(({ id, status }) => {
    if (!status) return row(`${dot(false)} ${id}`, `- ${bar(0, total)}`, '-', '-', red('not running'));
    const links = status.links.map((link) => pad(`${dot(link.state === 'up')} ${link.peer}`, 10));
    const clients = `${status.clients} ${bar(status.clients, total)}`;
    return row(`${green('●')} ${id}`, clients, String(status.changes), status.reports_per_s.toFixed(1), links.join(' ').trimEnd());
  });
  return [bold(heading), ...lines];
}
