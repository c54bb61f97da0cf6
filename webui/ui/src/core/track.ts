import type { Row } from '../protocol';
import type { EventLog } from './log';
import { isVisible, travels } from './kinds';

/** Virtual pause after which the screen shows a labelled chip instead of waiting. */
export const GAP = 1e9;
const GAP_SHOWN = 600;

/** A pause in virtual time, shortened on screen. */
export interface Gap {
  /** index of the event behind the pause */
  index: number;
  /** virtual length, ns */
  ns: number;
  /** screen time, ms */
  from: number;
  to: number;
}

/** Which events a track shows. */
export interface TrackFilter {
  /** only events inside this span, 0 for all */
  focus: number;
  /** also plain packets and details */
  all: boolean;
}

/**
 * The screen time of the visible events. Playing goes by event, not by second:
 * a hop lasts 250 to 900 ms, what starts after another thing's arrival starts
 * after it on screen too, a virtual pause over a second becomes a chip.
 *
 * The place of an event depends only on the events before it, so growing the
 * log never moves anything, and a frame is a function of (log, playhead).
 */
export class Track {
  readonly seqs: number[] = [];
  readonly starts: number[] = []; // ms
  readonly spans: number[] = []; // ms on screen
  readonly gaps: Gap[] = [];
  private next = 1; // first seq not looked at
  private readonly inFocus: Set<number>;
  private readonly arrivals = new Arrivals();
  private done = 0; // screen time at which all that has arrived is shown
  private doneAt = 0; // virtual time of the latest arrival seen
  private burst = 0;

  constructor(private readonly log: EventLog, readonly filter: TrackFilter) {
    this.inFocus = new Set([filter.focus]);
    this.extend();
  }

  get length(): number {
    return this.seqs.length;
  }

  /** Screen time at the end of the last event, ms. */
  get total(): number {
    const n = this.length;
    return n === 0 ? 0 : Math.max(this.done, this.arrivals.latest, this.starts[n - 1] + this.spans[n - 1]);
  }

  /** Takes in the rows that came since. */
  extend(): void {
    for (; this.next <= this.log.last; this.next++) {
      const row = this.log.rows[this.next - 1];
      if (this.filter.focus !== 0 && !this.focused(row)) continue;
      if (isVisible(row, this.filter.all)) this.place(row);
    }
  }

  private focused(row: Row): boolean {
    if (row.seq !== this.filter.focus && !this.inFocus.has(row.span ?? 0)) return false;
    this.inFocus.add(row.seq);
    return true;
  }

  // An event starts on screen after the former one by a short step, shorter in a
  // burst, and after all that had arrived before it in virtual time.
  private place(row: Row): void {
    const n = this.length;
    let start = 0;
    if (n > 0) {
      const before = this.log.rows[this.seqs[n - 1] - 1];
      this.done = Math.max(this.done, this.arrivals.until(row.at, (at) => { this.doneAt = Math.max(this.doneAt, at); }));
      this.burst = row.at - before.at < 50e6 ? this.burst + 1 : 0;
      start = Math.max(this.starts[n - 1] + Math.max(3, 110 * 0.985 ** this.burst), this.done);
      const pause = row.at - Math.max(before.at, this.doneAt);
      if (pause > GAP) {
        const from = Math.max(start, this.starts[n - 1] + this.spans[n - 1]);
        start = from + GAP_SHOWN;
        this.gaps.push({ index: n, ns: pause, from, to: start });
      }
    }
    const span = hop(row, this.burst);
    this.seqs.push(row.seq);
    this.starts.push(start);
    this.spans.push(span);
    this.arrivals.add(row.at + (row.took ?? 0), start + span);
  }

  /** Index of the last event that has begun at screen time t, -1 before the first. */
  indexAt(t: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.starts[mid] <= t) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }

  /** Screen time at which event `index` rests: arrived, and the next not begun. */
  rest(index: number): number {
    if (index < 0) return -1;
    if (index >= this.length) return this.total;
    const end = this.starts[index] + this.spans[index];
    if (index === this.length - 1) return end;
    // In a pause the rest is before the chip.
    return Math.max(this.starts[index], Math.min(end, this.starts[index + 1] - 0.01));
  }

  /** Index of the event with this seq, or of the last before it. */
  indexOf(seq: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.seqs[mid] <= seq) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }

  /**
   * Index of the event before which playback stands when `seq` is asked about:
   * the event itself or, if it is not shown (the opening of a connection), the
   * next that is. -1 if there is none, or if `seq` is outside the focus.
   */
  standBefore(seq: number): number {
    const { focus } = this.filter;
    if (focus !== 0 && seq !== focus && !this.log.path(seq).includes(focus)) return -1;
    const index = this.indexOf(seq - 1) + 1;
    return index < this.length ? index : -1;
  }

  /** The pause that is being shown at t. */
  gapAt(t: number): Gap | undefined {
    let low = 0;
    let high = this.gaps.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.gaps[mid].to <= t) low = mid + 1;
      else high = mid;
    }
    const gap = this.gaps[low];
    return gap && gap.from <= t ? gap : undefined;
  }

  /** Screen time of a virtual time: between the visible events around it. */
  screenTime(at: number): number {
    const rows = this.log.rows;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (rows[this.seqs[mid] - 1].at <= at) low = mid + 1;
      else high = mid;
    }
    const i = low - 1;
    if (i < 0) return 0;
    if (i + 1 >= this.length) return this.starts[i];
    const from = rows[this.seqs[i] - 1].at;
    const to = rows[this.seqs[i + 1] - 1].at;
    const share = to > from ? (at - from) / (to - from) : 0;
    return this.starts[i] + share * (this.starts[i + 1] - this.starts[i]);
  }
}

// 1 ms on the wire gives 345 ms on screen, 30 ms 570, a second and more 900.
function hop(row: Row, burst: number): number {
  if (!travels(row)) return burst > 20 ? 250 : 420;
  const ms = (row.took ?? 0) / 1e6;
  return Math.round(250 + 650 * Math.min(1, Math.log10(ms + 1) / 3 + 0.05));
}

/** Arrivals not yet passed, as a heap by virtual time. */
class Arrivals {
  private readonly heap: { at: number; shown: number }[] = [];
  private max = 0;

  /** Latest screen end of all ever added. */
  get latest(): number {
    return this.max;
  }

  add(at: number, shown: number): void {
    this.max = Math.max(this.max, shown);
    const heap = this.heap;
    let i = heap.push({ at, shown }) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (heap[up].at <= heap[i].at) break;
      [heap[up], heap[i]] = [heap[i], heap[up]];
      i = up;
    }
  }

  /** Removes what arrived at or before `at`; returns its latest screen end. */
  until(at: number, seen: (at: number) => void): number {
    let shown = 0;
    while (this.heap.length > 0 && this.heap[0].at <= at) {
      shown = Math.max(shown, this.heap[0].shown);
      seen(this.heap[0].at);
      this.pop();
    }
    return shown;
  }

  private pop(): void {
    const heap = this.heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const down of [2 * i + 1, 2 * i + 2]) if (down < heap.length && heap[down].at < heap[least].at) least = down;
      if (least === i) return;
      [heap[least], heap[i]] = [heap[i], heap[least]];
      i = least;
    }
  }
}
