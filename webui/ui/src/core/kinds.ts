import type { Row } from '../protocol';

/** What a mark looks like. */
export type Shape = 'dns' | 'mail' | 'tcp' | 'check' | 'edit' | 'unit' | 'note';

/** How a thing went, as it is shown: an icon and a word each. */
export type Verdict = 'none' | 'ok' | 'warn' | 'temp' | 'bad' | 'wait' | 'lost';

export function shapeOf(kind: string): Shape {
  if (kind.startsWith('dns.')) return 'dns';
  if (/^(smtp|pop|imap|mail)\./.test(kind)) return kind === 'mail.policy' ? 'check' : 'mail';
  if (kind.startsWith('net.') || kind === 'app.line') return 'tcp';
  if (kind === 'check') return 'check';
  if (kind === 'file.write') return 'edit';
  if (kind === 'host.unit' || kind === 'host.config') return 'unit';
  return 'note';
}

/** Colour family of a shape: a token name. */
export function toneOf(kind: string): 'dns' | 'smtp' | 'line' {
  const shape = shapeOf(kind);
  if (shape === 'dns') return 'dns';
  if (shape === 'mail' || kind === 'mail.policy') return 'smtp';
  return 'line';
}

export function verdictOf(outcome: string): Verdict {
  switch (outcome) {
    case 'ok': return 'ok';
    case 'warn': return 'warn';
    case 'tempfail': return 'temp';
    case 'fail': case 'refused': return 'bad';
    case 'timeout': return 'wait';
    case 'lost': return 'lost';
    default: return 'none';
  }
}

/**
 * How an event went, as it is shown. That a packet arrived is no verdict: what
 * counts in a reply is its code (RFC 5321 4.2.1, RFC 1035 4.1.1).
 */
export function verdictOfRow(row: Row): Verdict {
  if (row.outcome === 'ok' || row.outcome === '-') {
    if (row.kind === 'smtp.reply') return /^5\d\d/.test(row.label) ? 'bad' : /^4\d\d/.test(row.label) ? 'temp' : 'none';
    if (row.kind === 'dns.reply') return /^(NXDOMAIN|REFUSED|FORMERR|NOTIMP|NOTAUTH)\b/.test(row.label) ? 'bad' : /^SERVFAIL\b/.test(row.label) ? 'temp' : 'none';
    if (row.kind === 'pop.reply') return row.label.startsWith('-ERR') ? 'bad' : 'none';
    if (row.kind === 'imap.reply') return /^\S+ (NO|BAD)\b/.test(row.label) ? 'bad' : 'none';
    if (travels(row)) return 'none';
  }
  return verdictOf(row.outcome);
}

/** Whether an event is a failure to look at. */
export function failed(row: Row): boolean {
  const verdict = verdictOfRow(row);
  return verdict === 'bad' || verdict === 'temp' || verdict === 'wait' || verdict === 'lost';
}

export function isFailure(outcome: string): boolean {
  return outcome === 'tempfail' || outcome === 'fail' || outcome === 'refused' || outcome === 'timeout' || outcome === 'lost';
}

/** Replies are drawn hollow, requests filled. */
export function isReply(kind: string): boolean {
  return kind === 'dns.reply' || kind === 'smtp.reply' || kind === 'pop.reply' || kind === 'imap.reply';
}

/** Whether an event is drawn as a mark that travels from Node to Peer. */
export function travels(row: Row): boolean {
  if (!row.peer || row.peer === row.node) return false;
  return Boolean(row.link) || /^(net\.packet|net\.drop|dns\.query|dns\.reply|smtp\.|pop\.|imap\.|app\.line)/.test(row.kind);
}

const quiet = new Set(['end', 'host.log', 'host.proc', 'host.login', 'net.accept', 'dns.lookup', 'net.connect', 'none']);

/**
 * Whether playback, the story and stepping stop at an event. Spans are shown by
 * what happens inside, plain packets only when they fail, unless `all` is set.
 */
export function isVisible(row: Row, all: boolean): boolean {
  // The end of what was waited for in vain is an event of its own: the pause before it is the story.
  if (row.kind === 'end') return row.outcome === 'timeout';
  if (all) return row.kind !== 'host.log' && row.kind !== 'host.proc';
  if (row.kind === 'net.packet') return isFailure(row.outcome);
  return !quiet.has(row.kind) || (isFailure(row.outcome) && row.kind !== 'host.log');
}
