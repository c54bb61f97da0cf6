import type { Link, Node, Row } from '../protocol';

export interface Point { x: number; y: number }

/** A node's box: centre and size, px. */
export interface Box extends Point { w: number; h: number }

/** A measured label: what the box must hold. */
export type Measure = (node: Node) => { w: number; h: number };

/** The way of a packet, from box edge to box edge. */
export interface Way { points: Point[]; length: number }

/**
 * The topology in pixels: grid coordinates of the network spread over the room
 * there is, but never so close that two boxes touch; then it is larger than
 * the room and scrolls.
 */
export class Geometry {
  readonly boxes = new Map<string, Box>();
  readonly width: number;
  readonly height: number;
  private readonly links = new Map<string, Link>();
  private readonly near = new Map<string, { to: string; link: string }[]>();
  private readonly routes = new Map<string, string[]>();
  private readonly ways = new Map<string, Way | undefined>();

  /** `title` is the height of a zone's name, px. */
  constructor(nodes: readonly Node[], links: readonly Link[], room: { w: number; h: number }, measure: Measure, title = 12) {
    const sizes = nodes.map(measure);
    const xs = nodes.map((n) => n.x);
    const ys = nodes.map((n) => n.y);
    const x0 = xs.length > 0 ? Math.min(...xs) : 0;
    const y0 = ys.length > 0 ? Math.min(...ys) : 0;
    const wide = Math.max(...sizes.map((s) => s.w), 40);
    const high = Math.max(...sizes.map((s) => s.h), 30);
    const spanX = xs.length > 0 ? Math.max(...xs) - x0 : 0;
    const spanY = ys.length > 0 ? Math.max(...ys) - y0 : 0;
    // Room for a zone's frame around the outermost boxes, and its name above.
    const side = wide / 2 + 14;
    const top = high / 2 + title + 18;
    const bottom = high / 2 + 16;
    const ux = unit(nodes, sizes, (n) => n.x, (n) => n.y, (s) => s.w + 14, spanX, room.w - 2 * side);
    const uy = unit(nodes, sizes, (n) => n.y, (n) => n.x, (s) => s.h + title + 16, spanY, room.h - top - bottom);
    this.width = Math.max(room.w, spanX * ux + 2 * side);
    this.height = Math.max(room.h, spanY * uy + top + bottom);
    const left = (this.width - spanX * ux) / 2;
    const above = top + (this.height - top - bottom - spanY * uy) / 2;
    nodes.forEach((n, i) => {
      this.boxes.set(n.id, { x: left + (n.x - x0) * ux, y: above + (n.y - y0) * uy, ...sizes[i] });
    });
    for (const link of links) {
      this.links.set(link.id, link);
      this.join(link.a, link.b, link.id);
      this.join(link.b, link.a, link.id);
    }
  }

  private join(from: string, to: string, link: string): void {
    const list = this.near.get(from);
    if (list) list.push({ to, link });
    else this.near.set(from, [{ to, link }]);
  }

  /** Nodes passed by a packet: along its links, or the shortest way if they are not known. */
  hops(row: Row): string[] {
    const from = row.node ?? '';
    if (!row.link) return this.route(from, row.peer ?? '');
    const list = [from];
    for (const id of row.link.split(',')) {
      const link = this.links.get(id.trim());
      const at = list[list.length - 1];
      if (!link || (link.a !== at && link.b !== at)) return this.route(from, row.peer ?? '');
      list.push(link.a === at ? link.b : link.a);
    }
    return list;
  }

  /** Shortest way by number of links; both ends alone if there is none. */
  route(from: string, to: string): string[] {
    const key = from + '\n' + to;
    const known = this.routes.get(key);
    if (known) return known;
    const before = new Map<string, string>([[from, '']]);
    const queue = [from];
    for (let i = 0; i < queue.length && !before.has(to); i++) {
      for (const { to: next } of this.near.get(queue[i]) ?? []) {
        if (before.has(next)) continue;
        before.set(next, queue[i]);
        queue.push(next);
      }
    }
    const list: string[] = [];
    if (before.has(to)) for (let at = to; at; at = before.get(at) ?? '') list.unshift(at);
    else list.push(from, to);
    this.routes.set(key, list);
    return list;
  }

  /** The way of a packet. A lost one ends in the middle of its last link. */
  way(row: Row): Way | undefined {
    const lost = row.outcome === 'lost';
    const key = `${row.node}\n${row.peer}\n${row.link ?? ''}\n${lost}`;
    if (this.ways.has(key)) return this.ways.get(key);
    const boxes = this.hops(row).map((id) => this.boxes.get(id)).filter((b): b is Box => b !== undefined);
    let way: Way | undefined;
    if (boxes.length >= 2) {
      const points: Point[] = boxes.map(({ x, y }) => ({ x, y }));
      const last = boxes.length - 1;
      points[0] = edge(boxes[0], boxes[1]);
      points[last] = lost ? between(boxes[last - 1], boxes[last], 0.55) : edge(boxes[last], boxes[last - 1]);
      let length = 0;
      for (let i = 1; i < points.length; i++) length += distance(points[i - 1], points[i]);
      way = { points, length };
    }
    this.ways.set(key, way);
    return way;
  }
}

// The unit along one axis: the room shared out, but at least so much that boxes
// which overlap on the other axis keep apart.
function unit(nodes: readonly Node[], sizes: { w: number; h: number }[], along: (n: Node) => number, across: (n: Node) => number,
  need: (s: { w: number; h: number }) => number, span: number, room: number): number {
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

/** Room between a box and a mark that has arrived, px. */
const MARGIN = 7;

/** Where a mark stops that comes from `to`: just outside the box, at most half the way. */
export function edge(box: Box, to: Point): Point {
  const dx = to.x - box.x;
  const dy = to.y - box.y;
  if (dx === 0 && dy === 0) return { x: box.x, y: box.y };
  const scale = Math.min((box.w / 2 + MARGIN) / Math.abs(dx || 1e-9), (box.h / 2 + MARGIN) / Math.abs(dy || 1e-9), 0.5);
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}

function between(a: Point, b: Point, share: number): Point {
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The point at a share 0..1 of the way, and the direction there in degrees. */
export function along(way: Way, share: number): Point & { angle: number } {
  let left = Math.max(0, Math.min(1, share)) * way.length;
  const { points } = way;
  for (let i = 1; i < points.length; i++) {
    const part = distance(points[i - 1], points[i]);
    if (left <= part || i === points.length - 1) {
      const p = between(points[i - 1], points[i], part > 0 ? Math.min(1, left / part) : 0);
      return { ...p, angle: (Math.atan2(points[i].y - points[i - 1].y, points[i].x - points[i - 1].x) * 180) / Math.PI };
    }
    left -= part;
  }
  return { ...points[0], angle: 0 };
}
