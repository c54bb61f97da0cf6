import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { effect } from '@preact/signals';
import { duration } from '../core/duration';
import { frameAt } from '../core/frame';
import { Geometry } from '../core/geometry';
import { travels, verdictOfRow } from '../core/kinds';
import { Routes } from '../core/routes';
import type { Point, Size, Way } from '../core/shapes';
import type { Node, Row, Snapshot, Zone } from '../protocol';
import { useDesk } from '../state/context';
import { lang, theme } from '../state/prefs';
import { say, words } from '../words';
import { Caption } from './caption';
import { MarkLayer } from './marks';
import { fit } from './measure';
import { boxSize, NodeBox, sans, type BoxStyle } from './nodebox';

const roomy: BoxStyle = { label: 12.5, addr: 11, most: 128, lines: 2, between: 14, compact: false, beside: 15 };
const compact: BoxStyle = { label: 12, addr: 10.5, most: 82, lines: 2, between: 12, compact: true, beside: 15 };
const tiny: BoxStyle = { label: 11.5, addr: 0, most: 66, lines: 3, between: 9, compact: true, beside: 11 };
const projected: BoxStyle = { label: 24, addr: 22, most: 200, lines: 2, between: 14, compact: false, beside: 15 };
const projectedTiny: BoxStyle = { label: 24, addr: 0, most: 136, lines: 3, between: 12, compact: true, beside: 15 };

/** Below this the texts of the map would be too small to read. */
const LEAST_SCALE = 0.83;

interface Layout { geometry: Geometry; routes: Routes; style: BoxStyle; scale: number; fits: boolean }

// The roomiest boxes that fit; a map a little too large is drawn
// smaller, a much larger one scrolls.
function layOut(snapshot: Snapshot, room: Size, large: boolean): Layout {
  let layout: Layout | undefined;
  for (const style of large ? [projected, projectedTiny] : [roomy, compact, tiny]) {
    const build = (r: Size) => new Geometry(snapshot.nodes, snapshot.links, r, (n) => boxSize(n, style), { title: style.label, between: style.between });
    let geometry = build(room);
    const scale = Math.min(room.w / geometry.width, room.h / geometry.height, 1);
    // Drawn smaller, there is more room the other way: it is spread over that too.
    if (scale < 1 && scale >= LEAST_SCALE) geometry = build({ w: room.w / scale, h: room.h / scale });
    const small = scale >= LEAST_SCALE && !large;
    layout = { geometry, routes: new Routes(snapshot.links, geometry), style, scale: small ? scale : 1, fits: scale >= 1 || small };
    if (layout.fits) break;
  }
  return layout!;
}

/** The network with what is on the way at the playhead. */
export function Topology(): JSX.Element {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  const box = useRef<HTMLDivElement>(null);
  const layer = useRef<SVGGElement>(null);
  const [room, setRoom] = useState<Size>({ w: 0, h: 0 });
  const snapshot = lab.snapshot.value!;

  useEffect(() => {
    const el = box.current!;
    const watch = new ResizeObserver(() => setRoom({ w: el.clientWidth, h: el.clientHeight }));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);

  const large = theme.value === 'projector';
  const { geometry, routes, style, scale, fits } = useMemo(() => layOut(snapshot, room, large), [snapshot, room.w, room.h, large, lang.value]);

  useEffect(() => {
    if (!layer.current) return undefined;
    const marks = new MarkLayer(layer.current, geometry.width, (seq) => view.select(seq));
    const stop = effect(() => {
      void playback.version.value;
      const frame = frameAt(lab.log, playback.track, geometry, routes, playback.time.value);
      if (!fits) keepInSight(box.current, frame.marks.find((m) => m.current));
      marks.paint(playback.atRest.value ? { ...frame, marks: [], pills: [] } : frame, view.selected.value, playback.filter.value.focus !== 0);
    });
    return () => {
      stop();
      marks.dispose();
    };
  }, [geometry]);

  // A map larger than its room begins at the student's own network.
  useEffect(() => {
    const own = snapshot.nodes.filter((n) => n.mine).map((n) => geometry.boxes.get(n.id)!);
    if (fits || own.length === 0 || !box.current) return;
    box.current.scrollLeft = mean(own.map((b) => b.x)) - box.current.clientWidth / 2;
    box.current.scrollTop = mean(own.map((b) => b.y)) - box.current.clientHeight / 2;
  }, [geometry]);

  const down = new Set(lab.world.value?.down);
  return (
    <section class="region topology" aria-label={w.network} tabIndex={-1} data-region>
      <div class="topology-room" ref={box} tabIndex={fits ? undefined : 0} role="group" aria-label={w.mapHelp}>
        {room.w > 0 ? (
          <svg class="map" width={geometry.width * scale} height={geometry.height * scale} viewBox={`0 0 ${geometry.width} ${geometry.height}`} role="presentation">
            <Zones nodes={snapshot.nodes} zones={snapshot.networks ?? []} geometry={geometry} size={style.label} />
            <Wires geometry={geometry} size={style.label} />
            <Ways geometry={geometry} routes={routes} />
            <g>{snapshot.nodes.map((n) => <NodeBox key={n.id} node={n} box={geometry.boxes.get(n.id)!} down={down.has(n.id)} style={style} />)}</g>
            <g ref={layer} />
          </svg>
        ) : null}
      </div>
      <Caption />
    </section>
  );
}

function mean(list: readonly number[]): number {
  return list.reduce((a, b) => a + b, 0) / list.length;
}

/** Scrolls a map that is larger than its room to the mark of the current event. */
function keepInSight(room: HTMLElement | null, mark: Point | undefined): void {
  if (!room || !mark) return; // the map may be gone by the time of the frame
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = room;
  if (mark.x < scrollLeft + 30 || mark.x > scrollLeft + clientWidth - 30) room.scrollLeft = mark.x - clientWidth / 2;
  if (mark.y < scrollTop + 30 || mark.y > scrollTop + clientHeight - 30) room.scrollTop = mark.y - clientHeight / 2;
}

function Zones({ nodes, zones, geometry, size }: { nodes: readonly Node[]; zones: readonly Zone[]; geometry: Geometry; size: number }): JSX.Element {
  return (
    <g>
      {zones.map((z) => {
        const inside = nodes.filter((n) => n.zone === z.id).map((n) => geometry.boxes.get(n.id)!).filter(Boolean);
        if (inside.length === 0) return null;
        const x = Math.min(...inside.map((b) => b.x - b.w / 2)) - 8;
        // A zone that is a bus holds the bus, whose name is the zone's.
        const bus = geometry.wires.get(z.id)?.bus;
        const y = Math.min(...inside.map((b) => b.y - b.h / 2 - (bus === undefined ? size + 10 : 6)), bus === undefined ? Infinity : bus - size - 5);
        const right = Math.max(...inside.map((b) => b.x + b.w / 2)) + 8;
        const bottom = Math.max(...inside.map((b) => b.y + b.h / 2 + 7), bus === undefined ? 0 : bus + 6);
        return (
          <g key={z.id} class={`zone ${z.mine ? 'mine' : ''}`}>
            <rect x={x} y={y} width={right - x} height={bottom - y} rx="8" />
            {bus !== undefined ? null : <text x={x + 9} y={y + size + 1}>{fit(say(z.label), `600 ${size - 0.5}px ${sans}`, right - x - 14)}</text>}
          </g>
        );
      })}
    </g>
  );
}

function Wires({ geometry, size }: { geometry: Geometry; size: number }): JSX.Element {
  const small = size < 24 ? size - 1 : size; // on the projector every label has 24 px
  return (
    <g>
      {[...geometry.wires.values()].map(({ link, bus, path }) => (
        <path key={link.id} class={bus === undefined ? 'wire' : 'wire bus'} d={path}><title>{say(link.label) || link.id}{link.delay ? `, ${duration(link.delay)}` : ''}</title></path>
      ))}
      {[...geometry.wires.values()].map(({ link, bus, label }) => (bus !== undefined && say(link.label)
        ? <text key={link.id} class="wire-label" x={label.x} y={label.y} style={{ fontSize: small + 'px' }}>{fit(say(link.label), `${small}px ${sans}`, label.room)}</text> : null))}
    </g>
  );
}

/** The ways of the current and of the selected event. */
function Ways({ geometry, routes }: { geometry: Geometry; routes: Routes }): JSX.Element {
  const { lab, view, playback } = useDesk();
  void playback.version.value;
  const current = playback.atRest.value ? undefined : lab.log.get(playback.current.value);
  const selected = lab.log.get(view.selected.value);
  const way = (row: Row) => (travels(row) ? routes.way(row) : undefined);
  return (
    <g>
      {selected ? <WayLine row={selected} way={way(selected)} look="selected" geometry={geometry} /> : null}
      {current && current !== selected ? <WayLine row={current} way={way(current)} look="current" geometry={geometry} /> : null}
    </g>
  );
}

function WayLine({ row, way, look, geometry }: { row: Row; way: Way | undefined; look: string; geometry: Geometry }): JSX.Element | null {
  if (!way || way.points.length < 2) {
    const box = geometry.boxes.get(row.node ?? '');
    return box ? <rect class={`way ${look}`} x={box.x - box.w / 2 - 4} y={box.y - box.h / 2 - 4} width={box.w + 8} height={box.h + 8} rx="9" /> : null;
  }
  const points = way.points.map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(' ');
  const [before, end] = way.points.slice(-2);
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  return (
    <g class={`way-group v-${verdictOfRow(row)}`}>
      <polyline class={`way ${look} ${row.outcome === 'timeout' ? 'dashed' : ''}`} points={points} />
      {row.outcome === 'lost' ? <path class="way-cross" d="M-6-6 6 6M6-6-6 6" transform={`translate(${end.x} ${end.y})`} />
        : <path class={`way-arrow ${look}`} d="M-9-5 0 0-9 5z" transform={`translate(${end.x} ${end.y}) rotate(${angle})`} />}
    </g>
  );
}
