import type { Link, Node } from '../protocol';
import type { Box, Point, Size } from './shapes';

/** A link as drawn: a line between two nodes, or a bus with a drop to each of its nodes. */
export interface Wire {
  link: Link;
  /** height of the bus, px; undefined for a plain line */
  bus: number | undefined;
  /** SVG path */
  path: string;
  /** where the name stands */
  label: Point & { room: number };
}

/** What is kept free, px: for a name above a zone or a bus, and between neighbours. */
export interface Spacing { title: number; between: number }

/**
 * The topology in pixels: grid coordinates of the network spread over the room
 * there is, but never so close that two boxes touch; then it is larger than
 * the room and scrolls.
 */
export class Geometry {
  readonly boxes = new Map<string, Box>();
  readonly wires = new Map<string, Wire>();
  readonly width: number;
  readonly height: number;

  constructor(nodes: readonly Node[], links: readonly Link[], room: Size, measure: (node: Node) => Size, spacing: Spacing = { title: 12, between: 12 }) {
    const sizes = nodes.map(measure);
    // Room for a zone's frame around the outermost boxes, and its name above.
    const side = spacing.between + 1;
    const top = spacing.title + 12;
    const bottom = 14;
    const across = new Axis(nodes.map((n, i) => ({ at: n.x, other: n.y, size: sizes[i].w, need: sizes[i].w + spacing.between })), room.w - 2 * side);
    const down = new Axis(nodes.map((n, i) => ({ at: n.y, other: n.x, size: sizes[i].h, need: sizes[i].h + spacing.title + spacing.between + 3 })), room.h - top - bottom);
    this.width = Math.max(room.w, across.length + 2 * side);
    this.height = Math.max(room.h, down.length + top + bottom);
    const left = (this.width - across.length) / 2;
    const above = top + (this.height - top - bottom - down.length) / 2;
    nodes.forEach((n, i) => {
      this.boxes.set(n.id, { x: left + across.place(n.x), y: above + down.place(n.y), ...sizes[i] });
    });
    this.draw(nodes, links, (y) => above + down.place(y), spacing.title);
  }

  // Links of two nodes are lines. The others are buses on free half rows; buses
  // that would lie on one another get lanes.
  private draw(nodes: readonly Node[], links: readonly Link[], place: (y: number) => number, title: number): void {
    const byID = new Map(nodes.map((n) => [n.id, n]));
    const taken: { row: number; from: number; to: number; lane: number }[] = [];
    for (const link of links) {
      const on = link.nodes.map((id) => byID.get(id)).filter((n): n is Node => n !== undefined);
      const boxes = on.map((n) => this.boxes.get(n.id)!);
      if (boxes.length < 2) continue;
      if (boxes.length === 2) {
        const [a, b] = boxes;
        this.wires.set(link.id, { link, bus: undefined, path: `M${a.x} ${a.y}L${b.x} ${b.y}`, label: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, room: 0 } });
        continue;
      }
      const row = busRow(on, nodes);
      const from = Math.min(...boxes.map((b) => b.x));
      const to = Math.max(...boxes.map((b) => b.x));
      const lane = taken.filter((t) => t.row === row && t.from <= to + 8 && t.to >= from - 8).length;
      taken.push({ row, from, to, lane });
      const bus = place(row) + title / 2 - lane * 9;
      const drops = boxes.map((b) => `M${b.x} ${b.y}V${bus}`).join('');
      const at = widestGap(boxes.filter((b) => b.y < bus).map((b) => b.x), from, to);
      this.wires.set(link.id, { link, bus, path: `M${from} ${bus}H${to}${drops}`, label: { x: at + 6, y: bus - 4, room: to - at - 8 } });
    }
  }
}

// Where the widest piece of a bus without a drop above it begins: there its name
// stands, and crosses the next drop only if it is longer.
function widestGap(drops: number[], from: number, to: number): number {
  const xs = [from, ...drops.filter((x) => x > from + 8 && x < to - 8).sort((a, b) => a - b), to];
  let best = 0;
  for (let i = 1; i + 1 < xs.length; i++) {
    // The last piece is taken only if it is clearly wider: a longer name has no room behind it.
    if (xs[i + 1] - xs[i] > xs[best + 1] - xs[best] + 8) best = i;
  }
  return xs[best];
}

// The half row on which a bus costs least: short drops that cross no box.
function busRow(on: readonly Node[], all: readonly Node[]): number {
  const ys = on.map((n) => n.y);
  let best = 0;
  let least = Infinity;
  for (let row = Math.floor(Math.min(...ys)) - 0.5; row <= Math.max(...ys) + 0.5; row++) {
    let cost = row < Math.min(...all.map((n) => n.y)) ? 0.1 : 0;
    for (const n of on) {
      cost += Math.abs(n.y - row);
      for (const m of all) {
        if (m !== n && Math.abs(m.x - n.x) < 0.5 && (m.y - row) * (m.y - n.y) < 0) cost += 4;
      }
    }
    if (cost < least) [best, least] = [row, cost];
  }
  return best;
}

/** A box on one axis: its grid coordinate on this axis and on the other, its size and, with what is kept free around it, its need, px. */
interface Stand { at: number; other: number; size: number; need: number }

/** Least distance of two grid lines a whole unit apart, px. */
const LEAST_UNIT = 40;

/**
 * One axis of the grid in pixels. From its beginning on, each grid line is put
 * as near as the boxes on the lines before allow that stand beside its own;
 * what room is left is shared out evenly.
 */
class Axis {
  private readonly lines: number[]; // grid coordinates, ascending
  private readonly places: number[] = []; // px
  /** px from the edge of the first box to that of the last */
  readonly length: number;

  constructor(stands: readonly Stand[], room: number) {
    this.lines = [...new Set(stands.map((s) => s.at))].sort((a, b) => a - b);
    const first = this.lines[0] ?? 0;
    this.lines.forEach((line, k) => {
      let place = k === 0 ? 0 : this.places[k - 1] + LEAST_UNIT * Math.min(1, line - this.lines[k - 1]);
      for (const mine of stands) {
        if (mine.at !== line) continue;
        place = Math.max(place, mine.size / 2);
        for (const other of stands) {
          if (line - other.at < 0.2 || Math.abs(mine.other - other.other) > 0.6) continue;
          place = Math.max(place, this.places[this.lines.indexOf(other.at)] + (mine.need + other.need) / 2);
        }
      }
      this.places.push(place);
    });
    const ends = () => Math.max(0, ...stands.map((s) => this.places[this.lines.indexOf(s.at)] + s.size / 2));
    const span = (this.lines[this.lines.length - 1] ?? 0) - first;
    const spare = Math.max(0, room - ends());
    if (span > 0) this.lines.forEach((line, k) => { this.places[k] += (spare * (line - first)) / span; });
    this.length = ends();
  }

  /** Pixels of a grid coordinate; between two lines in proportion, outside by the outermost distance. */
  place(at: number): number {
    const { lines, places } = this;
    if (lines.length < 2) return (places[0] ?? 0) + (at - (lines[0] ?? 0)) * LEAST_UNIT;
    let k = 1;
    while (k < lines.length - 1 && lines[k] < at) k++;
    const share = (at - lines[k - 1]) / (lines[k] - lines[k - 1]);
    return places[k - 1] + share * (places[k] - places[k - 1]);
  }
}
