import type { Link, Row } from '../protocol';
import type { Geometry } from './geometry';
import { cut, edge, wayOf, type Point, type Way } from './shapes';

/** A step of a packet: over a link to a node. */
export interface Hop { link: string; to: string }

/** Share of its last link that a lost packet still goes. */
const LOST_AT = 0.6;

/** Which way packets go on the map: along the links the event names, else the shortest way. */
export class Routes {
  private readonly links = new Map<string, Link>();
  private readonly near = new Map<string, Hop[]>();
  private readonly known = new Map<string, Hop[]>();
  private readonly ways = new Map<string, Way | undefined>();

  constructor(links: readonly Link[], private readonly geometry: Geometry) {
    for (const link of links) {
      this.links.set(link.id, link);
      for (const from of link.nodes) {
        const list = this.near.get(from) ?? [];
        for (const to of link.nodes) if (to !== from) list.push({ link: link.id, to });
        this.near.set(from, list);
      }
    }
  }

  /** The steps of a packet. The last one of a lost packet leads where it would have gone. */
  hops(row: Row): Hop[] {
    const from = row.node ?? '';
    const peer = row.peer ?? '';
    const ids = (row.link ?? '').split(',').map((id) => id.trim()).filter(Boolean);
    if (ids.length === 0) return this.route(from, peer);
    const list: Hop[] = [];
    let at = from;
    for (let i = 0; i < ids.length; i++) {
      const link = this.links.get(ids[i]);
      const next = this.links.get(ids[i + 1]);
      if (!link || !link.nodes.includes(at)) return this.route(from, peer);
      // Between two links stands the node that is on both.
      const to = i + 1 < ids.length ? link.nodes.find((n) => n !== at && next?.nodes.includes(n)) : this.towards(link, at, peer);
      if (to === undefined) return this.route(from, peer);
      list.push({ link: link.id, to });
      at = to;
    }
    return list;
  }

  // The node of a link that is the peer or leads to it; else its best connected one.
  private towards(link: Link, at: string, peer: string): string | undefined {
    if (link.nodes.includes(peer)) return peer;
    const others = link.nodes.filter((n) => n !== at);
    const first = this.route(at, peer).find((h) => h.link === link.id);
    return first?.to ?? others.sort((a, b) => (this.near.get(b)?.length ?? 0) - (this.near.get(a)?.length ?? 0))[0];
  }

  /** The way with the fewest links; empty if there is none. */
  route(from: string, to: string): Hop[] {
    const key = from + '\n' + to;
    const known = this.known.get(key);
    if (known) return known;
    const before = new Map<string, { from: string; hop: Hop }>();
    const queue = [from];
    for (let i = 0; i < queue.length && !before.has(to) && from !== to; i++) {
      for (const hop of this.near.get(queue[i]) ?? []) {
        if (before.has(hop.to) || hop.to === from) continue;
        before.set(hop.to, { from: queue[i], hop });
        queue.push(hop.to);
      }
    }
    const list: Hop[] = [];
    for (let step = before.get(to); step; step = before.get(step.from)) list.unshift(step.hop);
    this.known.set(key, list);
    return list;
  }

  /** The way of a packet on the map, from box to box; a lost one ends on its last link. */
  way(row: Row): Way | undefined {
    const lost = row.outcome === 'lost';
    const key = `${row.node}\n${row.peer}\n${row.link ?? ''}\n${lost}`;
    if (!this.ways.has(key)) this.ways.set(key, this.draw(row.node ?? '', this.hops(row), lost));
    return this.ways.get(key);
  }

  private draw(from: string, hops: readonly Hop[], lost: boolean): Way | undefined {
    const { boxes, wires } = this.geometry;
    const first = boxes.get(from);
    if (!first || hops.length === 0) return undefined;
    const points: Point[] = [{ x: first.x, y: first.y }];
    let lastLink = 0; // index of the point at which the last link begins
    let last = first;
    for (const hop of hops) {
      const to = boxes.get(hop.to);
      if (!to) return undefined;
      const bus = wires.get(hop.link)?.bus;
      lastLink = points.length - 1;
      if (bus !== undefined) points.push({ x: last.x, y: bus }, { x: to.x, y: bus });
      points.push({ x: to.x, y: to.y });
      last = to;
    }
    const n = points.length;
    const end = edge(last, points[n - 2]);
    points[0] = edge(first, points[1]);
    points[n - 1] = end;
    const whole = wayOf(points);
    if (!lost) return whole;
    const begun = wayOf(points.slice(0, lastLink + 1)).length;
    return cut(whole, begun + (whole.length - begun) * LOST_AT);
  }
}
