// Bar charts as SVG, for light and dark pages, without a library.

const [width, labelWidth, valueWidth, barHeight, gap] = [720, 190, 90, 20, 8];

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .note { fill: #59636e; font-size: 12px }
  .ours { fill: #0969da }
  .other { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .note { fill: #9198a1 }
    .ours { fill: #4493f8 }
    .other { fill: #656c76 }
  }`;

const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/// `panels` are {heading, bars}, each with a scale of its own; bars are {label, value, text, isOurs}. Those without a
/// value are left out.
export function barChart(title, note, panels) {
  const parts = [];
  let y = 24;
  const text = (x, at, content, kind = '', anchor = 'start') =>
    parts.push(`<text x="${x}" y="${at}" class="${kind}" text-anchor="${anchor}">${escape(content)}</text>`);
  text(0, y, title, 'title');
  text(0, (y += 20), note, 'note');
  for (const { heading, bars } of panels) {
    const shown = bars.filter((bar) => bar.value !== null);
    if (shown.length === 0) continue;
    y += 14;
    if (heading) text(0, (y += 14), heading);
    y += 6;
    const longest = Math.max(...shown.map((bar) => bar.value));
    for (const bar of shown) {
      const length = Math.max(2, ((width - labelWidth - valueWidth) * bar.value) / longest);
      text(labelWidth - 8, y + 15, bar.label, '', 'end');
      parts.push(`<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" class="${bar.isOurs ? 'ours' : 'other'}"/>`);
      text(labelWidth + length + 6, y + 15, bar.text);
      y += barHeight + gap;
    }
  }
  const height = y + 4;
  const description = panels.flatMap(({ heading, bars }) => bars.filter((bar) => bar.value !== null)
    .map((bar) => `${heading ? `${heading}: ` : ''}${bar.label} ${bar.text}`)).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<desc>${escape(description)}</desc>
<style>${style}
</style>
${parts.join('\n')}
</svg>
`;
}
