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

const width = Math.min(80, (isTerminal && out.columns) || 80);
const visible = (text) => text.replace(/\x1b\[[0-9;]*m/g, '');
const pad = (text, columns) => text + ' '.repeat(Math.max(0, columns - visible(text).length));
const padLeft = (text, columns) => ' '.repeat(Math.max(0, columns - visible(text).length)) + text;

/// `text` in lines of at most `columns` characters, broken at spaces only.
function wrap(text, columns) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

export class Screen {
  #live = []; // the lines of the live table as they stand on the terminal

  heading(text) {
    const rule = '─'.repeat(Math.max(0, width - 4 - text.length));
    this.#print(['', `${bold(cyan(`── ${text}`))} ${dim(rule)}`, '']);
  }

  /// A paragraph of the story.
  tell(text) {
    this.#print([...wrap(text, width - 4).map((line) => `  ${line}`), '']);
  }

  lines(lines) {
    this.#print(lines.map((line) => `  ${line}`));
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
    this.#live = [];
  }

  #spoken(label, text, emphasis) {
    const lines = wrap(text, width - 2 - label.length);
    this.#print(lines.map((line, i) => `  ${i === 0 ? cyan(label) : ' '.repeat(label.length)}${emphasis(line)}`));
  }

  #erase() {
    return this.#live.length > 0 ? `\x1b[${this.#live.length}A\r\x1b[J` : '';
  }

  #print(lines) {
    const below = this.#live.length > 0 ? this.#live.join('\n') + '\n' : '';
    out.write(this.#erase() + lines.join('\n') + '\n' + below);
  }
}

/// The herd in a table: `rows` are {id, status}, status null for a server that does not answer; `total` clients.
function table(rows, total) {
  const dot = (up) => (up ? green('●') : red('○'));
  const bar = (clients) => {
    const cells = total > 0 ? Math.min(10, Math.floor((10 * clients) / total)) : 0;
    return green('█'.repeat(cells)) + dim('░'.repeat(10 - cells));
  };
  const heading = `  ${pad('server', 10)}  ${padLeft('clients held', 16)}  ${padLeft('reports/s', 9)}   links`;
  const lines = rows.map(({ id, status }) => {
    const name = pad(`${dot(status)} ${id}`, 10);
    if (!status) return `  ${name}  ${padLeft('-', 5)} ${bar(0)}  ${padLeft('-', 9)}   ${red('not running')}`;
    const links = status.links.map((link) => pad(`${dot(link.state === 'up')} ${link.peer}`, 10));
    const clients = `${padLeft(String(status.clients), 5)} ${bar(status.clients)}`;
    return `  ${name}  ${clients}  ${padLeft(status.reports_per_s.toFixed(1), 9)}   ${links.join(' ').trimEnd()}`;
  });
  return [bold(heading), ...lines];
}
