import type { Row } from '../protocol';
import type { Words } from '../words/en';
import { duration } from './duration';

/**
 * The label of an event in the reader's language. Only what a person did is put
 * in words of the page; what daemons and tools say stays as it is.
 */
export function labelOf(row: Row, w: Words): string {
  if (row.kind !== 'action') return row.label;
  const [, verb, rest] = /^(mail to|real client to|fetch mail of|ask|edit|reboot|power|key|advance until|advance) (.*)$/s.exec(row.label) ?? [];
  switch (verb) {
    case 'mail to': return w.deed.mail(rest);
    case 'real client to': return w.deed.client(rest);
    case 'fetch mail of': return w.deed.fetch(rest);
    case 'ask': return w.deed.ask(rest);
    case 'edit': return w.deed.edit(rest);
    case 'reboot': return w.deed.reboot(rest);
    case 'power': return w.deed.power(rest);
    case 'key': return w.deed.key(rest);
    case 'advance until': return w.deed.until(rest);
    case 'advance': {
      const ns = spanOf(rest);
      return ns === undefined ? row.label : w.gapOf(duration(ns));
    }
  }
  return row.label;
}

const units: Record<string, number> = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, µs: 1e3, ns: 1 };

/** "2h0m0s" in ns; undefined if the text is no such span of time. */
export function spanOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|µs|ns|m|s)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join('') !== text) return undefined;
  return parts.reduce((sum, p) => sum + Number(p[1]) * units[p[2]], 0);
}
