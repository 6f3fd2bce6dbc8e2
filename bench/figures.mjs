// Reads figures out of the results: medians of all rounds, their spread, and how people write them.

export class Figures {
  constructor(results) {
    this.results = results;
  }

  samples(id) {
    return this.results.rows[id]?.samples ?? [];
  }

  /// In ascending order, of the samples that have it. `path` is like 'latency_us.p99'.
  values(id, path) {
    const found = this.samples(id).map((sample) => path.split('.').reduce((value, key) => value?.[key], sample));
    return found.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  }

  /// null if nothing was measured.
  median(id, path) {
    const values = this.values(id, path);
    const half = values.length >> 1;
    if (values.length === 0) return null;
    return values.length % 2 === 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  }

  /// The medians' ratio.
  ratio(id, other, path) {
    const [a, b] = [this.median(id, path), this.median(other, path)];
    return a === null || b === null ? null : a / b;
  }

  isDisturbed(id) {
    return this.samples(id).some((sample) => sample.disturbed);
  }

  /// "4.72 (4.6-4.9)": median and spread; a star if a sample is disturbed.
  text(id, path, format) {
    const values = this.values(id, path);
    if (values.length === 0) return '-';
    const star = this.isDisturbed(id) ? '\\*' : '';
    const [median, least, most] = [this.median(id, path), values[0], values.at(-1)].map(format);
    return least === most ? `${median}${star}` : `${median}${star} (${least}-${most})`;
  }
}

/// 1,260,000 as 1.26M.
export function short(value) {
  if (value >= 999_500) return `${significant(value / 1e6)}M`;
  if (value >= 9_995) return `${significant(value / 1e3)}k`;
  return significant(value);
}

/// Three digits that mean something, no exponent.
export function significant(value) {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return digits === 0 ? String(Math.round(value)) : String(Number(value.toFixed(digits)));
}

export const us = (value) => significant(value);
export const ms = (value) => `${significant(value / 1000)} ms`;
export const percent = (value) => `${Math.round(value * 100)} %`;
/// Microseconds, as milliseconds where that is easier to read.
export const span = (value) => (value < 1000 ? `${significant(value)} us` : ms(value));
