import type { Row } from '../protocol';

/**
 * The client's copy of the world's event log: rows 1..length without gap, and
 * the tree of spans. It only grows, but for cut() when a new epoch begins.
 */
export class EventLog {
  epoch = 0;
  readonly rows: Row[] = [];
  /** opening event -> events directly in its span, in order; 0 holds the roots. End events are left out. */
  private readonly inside = new Map<number, number[]>();
  /** opening event -> its End event */
  private readonly ends = new Map<number, number>();
  /** event -> later events that refer to it */
  private readonly referred = new Map<number, number[]>();

  get last(): number {
    return this.rows.length;
  }

  get(seq: number): Row | undefined {
    return this.rows[seq - 1];
  }

  /**
   * Appends rows that begin with Seq `from`. Rows already known are skipped;
   * a gap is refused with false, and nothing changes: the caller reconnects.
   */
  append(epoch: number, from: number, rows: readonly Row[]): boolean {
    if (epoch !== this.epoch || from > this.last + 1) return false;
    for (const row of rows.slice(this.last + 1 - from)) {
      // Bytes of a binary protocol have no picture.
      row.label = row.label.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ');
      this.rows.push(row);
      this.index(row);
    }
    return true;
  }

  /** Begins an epoch in which the first `keep` events are the same. */
  cut(epoch: number, keep: number): void {
    this.epoch = epoch;
    if (keep >= this.last) return;
    this.rows.length = keep;
    this.inside.clear();
    this.ends.clear();
    this.referred.clear();
    for (const row of this.rows) this.index(row);
  }

  private index(row: Row): void {
    for (const ref of row.refs ?? []) push(this.referred, ref.seq, row.seq);
    if (row.kind === 'end' && row.span) {
      this.ends.set(row.span, row.seq);
      return;
    }
    // An event is never inside itself or a later span: such a row becomes a root.
    const span = row.span && row.span < row.seq ? row.span : 0;
    push(this.inside, span, row.seq);
  }

  /** Events directly inside a span, without End. */
  children(seq: number): readonly number[] {
    return this.inside.get(seq) ?? none;
  }

  /** The End event of a span, if it has ended. */
  end(seq: number): Row | undefined {
    const end = this.ends.get(seq);
    return end ? this.get(end) : undefined;
  }

  /** Later events that refer to this one. */
  referrers(seq: number): readonly number[] {
    return this.referred.get(seq) ?? none;
  }

  /** The outermost span an event belongs to: itself if it is a root. */
  root(seq: number): number {
    for (let row = this.get(seq); row; row = this.get(seq)) {
      if (!row.span || row.span >= row.seq) return seq;
      seq = row.span;
    }
    return seq;
  }

  /** The spans around an event, outermost first. */
  path(seq: number): number[] {
    const list: number[] = [];
    for (let row = this.get(seq); row?.span && row.span < row.seq; row = this.get(row.span)) list.unshift(row.span);
    return list;
  }

  /** How a span or event went: the outcome of its End, or its own. */
  outcome(seq: number): string {
    const own = this.get(seq)?.outcome ?? '-';
    const end = this.end(seq);
    return end && end.outcome !== '-' ? end.outcome : own;
  }

  /** Virtual time an event takes, ns: to its End, or on the wire. */
  duration(seq: number): number {
    const row = this.get(seq);
    const end = this.end(seq);
    if (!row) return 0;
    return end ? end.at - row.at : (row.took ?? 0);
  }
}

const none: readonly number[] = [];

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
