import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { computed, effect } from '@preact/signals';
import { duration } from '../core/duration';
import { frameAt } from '../core/frame';
import { Geometry, type Box, type Way } from '../core/geometry';
import { travels, verdictOf } from '../core/kinds';
import { sentence } from '../core/story';
import type { Node, Row, Zone } from '../protocol';
import { useDesk } from '../state/context';
import { theme } from '../state/prefs';
import { say, words } from '../words';
import { IconButton } from './controls';
import { Icon, VerdictMark, iconPath, nodeIcon } from './icons';
import { MarkLayer } from './marks';
import { fit, textWidth } from './measure';
import { nameOf } from './names';

/** Sizes of the map's texts by theme, px. */
function sizes(): { label: number; addr: number; most: number } {
  return theme.value === 'projector' ? { label: 24, addr: 18, most: 240 } : { label: 12.5, addr: 11, most: 128 };
}

const sans = 'Pretendard, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", system-ui, sans-serif';

/** Below this the texts of the map would be too small to read. */
const LEAST_SCALE = 0.85;

/** The network with what is on the way at the playhead. */
export function Topology(): JSX.Element {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  const box = useRef<HTMLDivElement>(null);
  const layer = useRef<SVGGElement>(null);
  const [room, setRoom] = useState({ w: 0, h: 0 });
  const snapshot = lab.snapshot.value!;

  useEffect(() => {
    const el = box.current!;
    const watch = new ResizeObserver(() => setRoom({ w: el.clientWidth, h: el.clientHeight }));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);

  const size = sizes();
  const labelFont = `600 ${size.label}px ${sans}`;
  const addrFont = `${size.addr}px Consolas, monospace`;
  const geometry = useMemo(() => new Geometry(snapshot.nodes, snapshot.links, room, (n) => {
    const text = Math.max(textWidth(say(n.label), labelFont), n.addrs?.[0] ? textWidth(bare(n.addrs[0]), addrFont) : 0);
    const icon = size.label + 3;
    return { w: Math.ceil(Math.min(size.most, text) + icon + 19), h: Math.ceil(size.label * 1.35 + (n.addrs?.[0] ? size.addr * 1.35 : 0) + 12) };
  }, size.label), [snapshot, room.w, room.h, labelFont, say(snapshot.nodes[0]?.label)]);

  useEffect(() => {
    if (!layer.current) return undefined;
    const marks = new MarkLayer(layer.current, (seq) => view.select(seq));
    const stop = effect(() => {
      void playback.version.value;
      const frame = frameAt(lab.log, playback.track, geometry, playback.time.value);
      marks.paint(playback.atRest.value ? { ...frame, marks: [], pills: [] } : frame, view.selected.value, playback.filter.value.focus !== 0);
    });
    return () => {
      stop();
      marks.dispose();
    };
  }, [geometry]);

  const down = new Set(lab.world.value?.down);
  // A map a little too large is drawn smaller; a much larger one scrolls.
  const fits = Math.min(room.w / geometry.width, room.h / geometry.height, 1);
  const scale = fits >= LEAST_SCALE && theme.value !== 'projector' ? fits : 1;
  return (
    <section class="region topology" aria-label={w.network} tabIndex={-1} data-region>
      <div class="topology-room" ref={box} tabIndex={scale === 1 && fits < 1 ? 0 : undefined} role="group" aria-label={w.mapHelp}>
        {room.w > 0 ? (
          <svg class="map" width={geometry.width * scale} height={geometry.height * scale} viewBox={`0 0 ${geometry.width} ${geometry.height}`} role="presentation">
            <Zones nodes={snapshot.nodes} zones={snapshot.networks ?? []} geometry={geometry} size={size.label} />
            <g>
              {snapshot.links.map((l) => {
                const a = geometry.boxes.get(l.a);
                const b = geometry.boxes.get(l.b);
                return a && b ? <line key={l.id} class="wire" x1={a.x} y1={a.y} x2={b.x} y2={b.y}><title>{l.label ?? l.id}{l.delay ? `, ${duration(l.delay)}` : ''}</title></line> : null;
              })}
            </g>
            <Ways geometry={geometry} />
            <g>{snapshot.nodes.map((n) => <NodeBox key={n.id} node={n} box={geometry.boxes.get(n.id)!} down={down.has(n.id)} labelFont={labelFont} size={size} />)}</g>
            <g ref={layer} />
          </svg>
        ) : null}
      </div>
      <Caption />
    </section>
  );
}

function bare(addr: string): string {
  return addr.replace(/\/\d+$/, '');
}

function Zones({ nodes, zones, geometry, size }: { nodes: readonly Node[]; zones: readonly Zone[]; geometry: Geometry; size: number }): JSX.Element {
  return (
    <g>
      {zones.map((z) => {
        const inside = nodes.filter((n) => n.zone === z.id).map((n) => geometry.boxes.get(n.id)!).filter(Boolean);
        if (inside.length === 0) return null;
        const x = Math.min(...inside.map((b) => b.x - b.w / 2)) - 10;
        const y = Math.min(...inside.map((b) => b.y - b.h / 2)) - size - 12;
        const right = Math.max(...inside.map((b) => b.x + b.w / 2)) + 10;
        const bottom = Math.max(...inside.map((b) => b.y + b.h / 2)) + 10;
        const font = `${size - 1}px ${sans}`;
        return (
          <g key={z.id} class={`zone ${z.mine ? 'mine' : ''}`}>
            <rect x={x} y={y} width={right - x} height={bottom - y} rx="8" />
            <text x={x + 9} y={y + size + 2}>{fit(say(z.label), font, right - x - 14)}</text>
          </g>
        );
      })}
    </g>
  );
}

/** The ways of the current and of the selected event. */
function Ways({ geometry }: { geometry: Geometry }): JSX.Element {
  const { lab, view, playback } = useDesk();
  void playback.version.value;
  const current = playback.atRest.value ? undefined : lab.log.get(playback.current.value);
  const selected = lab.log.get(view.selected.value);
  return (
    <g>
      {selected ? <WayLine row={selected} way={travels(selected) ? geometry.way(selected) : undefined} look="selected" geometry={geometry} /> : null}
      {current && current !== selected ? <WayLine row={current} way={travels(current) ? geometry.way(current) : undefined} look="current" geometry={geometry} /> : null}
    </g>
  );
}

function WayLine({ row, way, look, geometry }: { row: Row; way: Way | undefined; look: string; geometry: Geometry }): JSX.Element | null {
  if (!way) {
    const box = geometry.boxes.get(row.node ?? '');
    return box ? <rect class={`way ${look}`} x={box.x - box.w / 2 - 4} y={box.y - box.h / 2 - 4} width={box.w + 8} height={box.h + 8} rx="9" /> : null;
  }
  const points = way.points.map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(' ');
  const n = way.points.length;
  const end = way.points[n - 1];
  const before = way.points[n - 2];
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  const lost = row.outcome === 'lost' || row.kind === 'net.drop';
  return (
    <g class={`way-group v-${verdictOf(row.outcome)}`}>
      <polyline class={`way ${look} ${row.outcome === 'timeout' ? 'dashed' : ''}`} points={points} />
      {lost ? <path class="way-cross" d="M-6-6 6 6M6-6-6 6" transform={`translate(${end.x} ${end.y})`} />
        : <path class={`way-arrow ${look}`} d="M-9-5 0 0-9 5z" transform={`translate(${end.x} ${end.y}) rotate(${angle})`} />}
    </g>
  );
}

function NodeBox({ node, box, down, labelFont, size }: { node: Node; box: Box; down: boolean; labelFont: string; size: { label: number; addr: number; most: number } }): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const openable = lab.snapshot.value!.hosts.some((h) => h.id === node.id);
  const label = say(node.label);
  const addr = node.addrs?.[0] ? bare(node.addrs[0]) : '';
  const left = -box.w / 2;
  const icon = size.label + 3;
  const open = () => { if (openable) view.openHost(node.id); };
  const about = [label, node.names?.join(' '), node.addrs?.join(' '), openable ? w.terminalHere : '', node.mine ? w.mine : '', down ? w.down : ''].filter(Boolean).join(', ');
  return (
    <g class={`node kind-${node.kind} ${openable ? 'openable' : ''} ${node.mine ? 'mine' : ''} ${down ? 'down' : ''}`} transform={`translate(${box.x} ${box.y})`}
      role={openable ? 'button' : 'img'} tabIndex={openable ? 0 : undefined} onClick={open}
      onKeyDown={(e) => { if (e.key === 'Enter') open(); }}>
      <title>{about}</title>
      <rect class="node-box" x={left} y={-box.h / 2} width={box.w} height={box.h} rx="6" />
      <path class="node-icon" d={iconPath(nodeIcon(node.kind, node.role))} transform={`translate(${left + 7} ${-box.h / 2 + 7}) scale(${icon / 16})`} />
      <text aria-hidden="true" class="node-label" x={left + icon + 12} y={-box.h / 2 + 6 + size.label} style={{ fontSize: size.label + 'px' }}>{fit(label, labelFont, size.most)}</text>
      {addr ? <text aria-hidden="true" class="node-addr" x={left + icon + 12} y={box.h / 2 - 8} style={{ fontSize: size.addr + 'px' }}>{addr}</text> : null}
      {openable ? <path class="node-term" d="M-3-3 0 0-3 3M1.5 3H5" transform={`translate(${box.w / 2 - 8} ${box.h / 2 - 7})`} /> : null}
      {down ? <path class="node-down" d={`M${left} ${-box.h / 2}L${-left} ${box.h / 2}`} /> : null}
    </g>
  );
}

/** One line under the map: what is being looked at. */
function Caption(): JSX.Element {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  // The pause being shown, if any; changes only at its ends.
  const gap = useMemo(() => computed(() => {
    void playback.version.value;
    const found = playback.track.gapAt(playback.time.value);
    return found ? found.ns : 0;
  }), [playback]);
  void playback.version.value;
  const rest = playback.atRest.value;
  const picked = lab.log.get(view.selected.value);
  const row = rest ? picked : lab.log.get(playback.current.value);
  const text = gap.value > 0 && !rest ? w.gapOf(duration(gap.value)) : row ? sentence(row, w, (n) => nameOf(lab, n)) : rest ? w.captionNow : w.captionStart;
  return (
    <p class="caption">
      {row && gap.value === 0 ? <VerdictMark verdict={verdictOf(row.outcome)} word={w.verdict[verdictOf(row.outcome)]} /> : null}
      {gap.value > 0 && !rest ? <Icon name="wait" /> : null}
      <span class="caption-text">{text}</span>
      {row ? <button type="button" class="link small" onClick={() => view.select(row.seq)}>#{row.seq}</button> : null}
      <IconButton icon={view.dock.value === 'small' ? 'smaller' : 'larger'} label={view.dock.value === 'small' ? w.smaller : w.larger} class="dock-size"
        onClick={() => { view.dock.value = view.dock.value === 'small' ? 'normal' : 'small'; }} />
    </p>
  );
}
