import type { Row } from '../protocol';
import type { EventLog } from './log';
import { travels } from './kinds';

/** The conversation an event is part of: two parties and their lines. */
export interface Conversation { left: string; right: string; rows: Row[] }

/** Lines of a conversation shown at most. */
const MOST = 300;

/**
 * Finds the conversation of an event: what travels between its two parties in
 * its span, or, for a span, in the span itself or the first connection inside.
 */
export function conversation(log: EventLog, seq: number): Conversation | undefined {
  const row = log.get(seq);
  if (!row) return undefined;
  const spans = log.children(seq).length > 0 ? [seq, ...log.children(seq)] : [];
  for (const span of [...spans, row.span ?? 0]) {
    if (span === 0) continue;
    const rows = log.children(span).map((s) => log.get(s)!).filter((r) => travels(r) && r.kind !== 'net.packet');
    const first = rows.find((r) => r.seq === seq) ?? (travels(row) ? undefined : rows[0]);
    if (!first) continue;
    const pair = rows.filter((r) => (r.node === first.node && r.peer === first.peer) || (r.node === first.peer && r.peer === first.node));
    const opener = log.get(span);
    const left = opener?.node && (opener.node === first.node || opener.node === first.peer) ? opener.node : pair[0].node!;
    return { left, right: left === first.node ? first.peer! : first.node!, rows: around(pair, seq) };
  }
  return travels(row) ? { left: row.node!, right: row.peer!, rows: [row] } : undefined;
}

function around(rows: Row[], seq: number): Row[] {
  if (rows.length <= MOST) return rows;
  const at = Math.max(0, rows.findIndex((r) => r.seq === seq) - MOST / 2);
  return rows.slice(at, at + MOST);
}
