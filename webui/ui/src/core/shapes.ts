export interface Point { x: number; y: number }

export interface Size { w: number; h: number }

/** A box: centre and size, px. */
export interface Box extends Point, Size {}

/** A polyline and its length. */
export interface Way { points: Point[]; length: number }

/** Room between a box and a mark that has arrived, px. */
const MARGIN = 7;

/** Where a mark stops that comes from `to`: just outside the box, at most half the way. */
export function edge(box: Box, to: Point): Point {
  const dx = to.x - box.x;
  const dy = to.y - box.y;
  if (dx === 0 && dy === 0) return { x: box.x, y: box.y };
  const scale = Math.min((box.w / 2 + MARGIN) / Math.abs(dx || 1e-9), (box.h / 2 + MARGIN) / Math.abs(dy || 1e-9), 0.8);
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}

/** A way along points; repeated points are left out. */
export function wayOf(list: readonly Point[]): Way {
  const points = list.filter((p, i) => i === 0 || distance(p, list[i - 1]) > 0.01);
  let length = 0;
  for (let i = 1; i < points.length; i++) length += distance(points[i - 1], points[i]);
  return { points, length };
}

/** The first part of a way. */
export function cut(way: Way, length: number): Way {
  const points: Point[] = [];
  let left = length;
  for (let i = 0; i < way.points.length; i++) {
    if (i > 0) {
      const part = distance(way.points[i - 1], way.points[i]);
      if (part >= left) {
        points.push(between(way.points[i - 1], way.points[i], part > 0 ? left / part : 0));
        break;
      }
      left -= part;
    }
    points.push(way.points[i]);
  }
  return wayOf(points);
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

function between(a: Point, b: Point, share: number): Point {
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
