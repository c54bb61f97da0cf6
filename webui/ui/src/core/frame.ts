import type { Row } from '../protocol';
import type { EventLog } from './log';
import type { Gap, Track } from './track';
import type { Geometry } from './geometry';
import { failed, isReply, shapeOf, toneOf, travels, verdictOfRow, type Shape, type Verdict } from './kinds';
import type { Routes } from './routes';
import { along, type Point } from './shapes';

/** One thing drawn on the topology; it always is a recorded event. */
export interface Mark extends Point {
  seq: number;
  form: 'travel' | 'lost' | 'local';
  shape: Shape;
  tone: 'dns' | 'smtp' | 'line';
  reply: boolean;
  verdict: Verdict;
  /** direction of travel, degrees */
  angle: number;
  current: boolean;
  label: string;
}

/** So many marks on one link that only their number is drawn. */
export interface Pill extends Point { link: string; count: number; seqs: number[] }

/** What the topology shows at one moment. */
export interface Frame {
  /** index of the current event in the track, -1 before the first */
  index: number;
  current: Row | undefined;
  marks: Mark[];
  pills: Pill[];
  gap: Gap | undefined;
}

/** More marks than this in flight become counts per link. */
export const CROWD = 200;
const LINGER = 1100; // ms a loss or a local verdict stays

/** The frame at playhead t: a function of the log, the track and t only. */
export function frameAt(log: EventLog, track: Track, geometry: Geometry, routes: Routes, t: number): Frame {
  const index = track.indexAt(t);
  const gap = track.gapAt(t);
  const marks: Mark[] = [];
  const perNode = new Map<string, number>();
  // A mark lives at most 900 ms on the way and lingers; starts are ascending.
  for (let i = index; i >= 0 && track.starts[i] > t - 900 - LINGER; i--) {
    const row = log.get(track.seqs[i])!;
    const share = (t - track.starts[i]) / track.spans[i];
    const over = t - track.starts[i] - track.spans[i];
    const current = i === index;
    const mark = travels(row)
      ? travelling(row, share, over, current, routes)
      : standing(row, over, current, geometry, perNode);
    if (mark) marks.push(mark);
  }
  marks.reverse();
  return { index, current: log.get(track.seqs[index]), gap, ...crowd(marks, log) };
}

function travelling(row: Row, share: number, over: number, current: boolean, routes: Routes): Mark | undefined {
  const gone = over >= 0;
  const lost = row.outcome === 'lost';
  if (gone && !current && !(lost && over < LINGER)) return undefined;
  const way = routes.way(row);
  if (!way) return undefined;
  const place = along(way, ease(share));
  return { ...base(row, current), ...place, form: lost && gone ? 'lost' : 'travel' };
}

function standing(row: Row, over: number, current: boolean, geometry: Geometry, perNode: Map<string, number>): Mark | undefined {
  if (over >= (failed(row) ? LINGER : 250) && !current) return undefined;
  const box = geometry.boxes.get(row.node ?? '');
  if (!box) return undefined;
  const nth = perNode.get(row.node!) ?? 0;
  if (nth >= 4) return undefined;
  perNode.set(row.node!, nth + 1);
  return { ...base(row, current), x: box.x + box.w / 2 - 4 - nth * 20, y: box.y - box.h / 2, angle: 0, form: 'local' };
}

function base(row: Row, current: boolean): Omit<Mark, 'x' | 'y' | 'angle' | 'form'> {
  return {
    seq: row.seq, shape: shapeOf(row.kind), tone: toneOf(row.kind), reply: isReply(row.kind),
    verdict: verdictOfRow(row), current, label: row.kind === 'end' ? row.outcome : short(row.label),
  };
}

/** One to three words of a label. */
export function short(label: string): string {
  const words = label.split(/\s+/).slice(0, 3).join(' ');
  return words.length > 30 ? words.slice(0, 29) + '…' : words;
}

function ease(share: number): number {
  const s = Math.max(0, Math.min(1, share));
  return s * s * (3 - 2 * s);
}

// Above CROWD, marks in flight are counted per link; failures stay single.
function crowd(marks: Mark[], log: EventLog): { marks: Mark[]; pills: Pill[] } {
  if (marks.length <= CROWD) return { marks, pills: [] };
  const single: Mark[] = [];
  const pills = new Map<string, Pill>();
  for (const mark of marks) {
    const row = log.get(mark.seq)!;
    if (mark.current || failed(row)) {
      single.push(mark);
      continue;
    }
    const link = row.link ?? `${row.node} ${row.peer ?? ''}`;
    const pill = pills.get(link);
    if (!pill) pills.set(link, { link, count: 1, seqs: [mark.seq], x: mark.x, y: mark.y });
    else {
      pill.count++;
      pill.seqs.push(mark.seq);
      pill.x += (mark.x - pill.x) / pill.count;
      pill.y += (mark.y - pill.y) / pill.count;
    }
  }
  return { marks: single.slice(-CROWD), pills: [...pills.values()].slice(0, 50) };
}
