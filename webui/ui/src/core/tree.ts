import type { EventLog } from './log';
import type { TrackFilter } from './track';
import { isVisible } from './kinds';

/** A line of the trace outline. */
export interface Line {
  seq: number;
  depth: number;
  /** has lines below */
  branch: boolean;
  open: boolean;
  /** place among its siblings, from 1, and their number */
  place: number;
  siblings: number;
}

const noise = new Set(['host.log', 'host.proc', 'net.packet', 'end', 'host.login']);

/**
 * The outline of spans and events, as the lines to show. `open` holds the
 * branches the reader opened. Plain packets and log lines are left out unless
 * they are visible or hold something.
 */
export function outline(log: EventLog, filter: TrackFilter, open: ReadonlySet<number>): Line[] {
  const lines: Line[] = [];
  const shown = (seq: number): boolean => {
    const row = log.get(seq)!;
    return filter.all || isVisible(row, false) || !noise.has(row.kind) || log.children(seq).length > 0;
  };
  // Depth first with an explicit stack: a log may nest deeper than the call stack.
  const stack: Line[] = [];
  const push = (seqs: readonly number[], depth: number) => {
    const list = seqs.filter(shown);
    for (let i = list.length - 1; i >= 0; i--) {
      stack.push({ seq: list[i], depth, branch: false, open: false, place: i + 1, siblings: list.length });
    }
  };
  push(filter.focus !== 0 ? [filter.focus].filter((s) => log.get(s)) : log.children(0), 0);
  for (let line = stack.pop(); line; line = stack.pop()) {
    const below = log.children(line.seq);
    line.branch = below.some(shown);
    line.open = line.branch && open.has(line.seq);
    lines.push(line);
    if (line.open) push(below, line.depth + 1);
  }
  return lines;
}

/** The traces (outermost spans) that hold something visible, newest last. */
export function traces(log: EventLog): number[] {
  return log.children(0).filter((seq) => log.children(seq).length > 0);
}
