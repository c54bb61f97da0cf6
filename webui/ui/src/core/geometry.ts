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
    const xs = nodes.map((n) => n.x);
    const ys = nodes.map((n) => n.y);
    const x0 = xs.length > 0 ? Math.min(...xs) : 0;
    const y0 = ys.length > 0 ? Math.min(...ys) : 0;
    const spanX = xs.length > 0 ? Math.max(...xs) - x0 : 0;
    const spanY = ys.length > 0 ? Math.max(...ys) - y0 : 0;
    const wide = Math.max(...sizes.map((s) => s.w), 40);
    const high = Math.max(...sizes.map((s) => s.h), 30);
    // Room for a zone's frame around the outermost boxes, and its name above.
    const side = wide / 2 + spacing.between + 1;
    const top = high / 2 + spacing.title + 12;
    const bottom = high / 2 + 14;
    const ux = unit(nodes, sizes, (n) => n.x, (n) => n.y, (s) => s.w + spacing.between, spanX, room.w - 2 * side);
    const uy = unit(nodes, sizes, (n) => n.y, (n) => n.x, (s) => s.h + spacing.title + spacing.between + 3, spanY, room.h - top - bottom);
    this.width = Math.max(room.w, spanX * ux + 2 * side);
    this.height = Math.max(room.h, spanY * uy + top + bottom);
    const left = (this.width - spanX * ux) / 2;
    const above = top + (this.height - top - bottom - spanY * uy) / 2;
    nodes.forEach((n, i) => {
      this.boxes.set(n.id, { x: left + (n.x - x0) * ux, y: above + (n.y - y0) * uy, ...sizes[i] });
    });
    this.draw(nodes, links, (y) => above + (y - y0) * uy, spacing.title);
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

// The unit along one axis: the room shared out, but at least so much that boxes
// which overlap on the other axis keep apart.
function unit(nodes: readonly Node[], sizes: Size[], along: (n: Node) => number, across: (n: Node) => number, need: (s: Size) => number, span: number, room: number): number {
  let least = 40;
  for (let i = 0; i < nodes.length; i++) {
    for (let j = 0; j < i; j++) {
      const apart = Math.abs(along(nodes[i]) - along(nodes[j]));
      if (apart < 0.2 || Math.abs(across(nodes[i]) - across(nodes[j])) > 0.6) continue;
      least = Math.max(least, (need(sizes[i]) + need(sizes[j])) / 2 / apart);
    }
  }
  return span > 0 ? Math.max(least, room / span) : least;
}

