import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { labelOf } from '../core/action';
import { thousands, duration } from '../core/duration';
import { shapeOf, toneOf } from '../core/kinds';
import { outline, type Line } from '../core/tree';
import type { Row } from '../protocol';
import { useDesk } from '../state/context';
import { theme } from '../state/prefs';
import { words } from '../words';
import { Icon, VerdictMark, shapePaths } from './icons';
import { VirtualList } from './list';
import { shortName } from './names';

/** The outline of spans and events, with a bar of time for each. */
export function Trace(): JSX.Element {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  const input = useRef<HTMLInputElement>(null);
  const filter = playback.filter.value;
  const open = view.open.value;
  const grown = lab.grown.value;
  const query = view.find.value.trim().toLowerCase();
  const lines = useMemo(() => (query ? search(query) : outline(lab.log, filter, open)), [filter, open, grown, query]);
  const selected = view.selected.value;
  const at = lines.findIndex((l) => l.seq === selected);
  const moving = playback.playing.value ? playback.current.value : 0;
  const fresh = view.fresh.value;
  const follow = moving || fresh ? lines.findIndex((l) => l.seq === (moving || fresh)) : at;
  const range = useRange(lines);

  function search(text: string): Line[] {
    const found: Line[] = [];
    for (const row of lab.log.rows) {
      if (row.kind !== 'end' && `${row.label} ${labelOf(row, w)} ${row.node} ${row.peer ?? ''} ${row.kind}`.toLowerCase().includes(text)) {
        found.push({ seq: row.seq, depth: 0, branch: false, open: false, place: 0, siblings: 0 });
      }
      if (found.length >= 2000) break;
    }
    found.forEach((l, i) => { l.place = i + 1; l.siblings = found.length; });
    return found;
  }

  const onKey = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    const line = lines[at];
    const go = (i: number) => { if (lines[i]) view.select(lines[i].seq); };
    switch (e.key) {
      case 'ArrowDown': go(at + 1); break;
      case 'ArrowUp': go(Math.max(0, at - 1)); break;
      case 'Home': go(0); break;
      case 'End': go(lines.length - 1); break;
      case 'PageDown': go(Math.min(lines.length - 1, at + 10)); break;
      case 'PageUp': go(Math.max(0, at - 10)); break;
      case 'ArrowRight':
        if (!line) return;
        if (line.branch && !line.open) view.toggle(line.seq, true);
        else go(at + 1);
        break;
      case 'ArrowLeft':
        if (!line) return;
        if (line.open) view.toggle(line.seq, false);
        else {
          const parent = lab.log.get(line.seq)?.span;
          if (parent) view.select(parent);
        }
        break;
      case 'Enter': if (line) view.show(line.seq); break;
      default: return;
    }
    e.preventDefault();
    e.stopPropagation();
  };

  const behind = lab.newest.value - lab.log.last;
  return (
    <section class="region trace" aria-label={w.trace} tabIndex={-1} data-region>
      <div class="region-bar">
        <h2 class="region-title">{w.trace}</h2>
        <label class="find">
          <Icon name="search" size={14} /><span class="hidden">{w.find}</span>
          <input ref={input} id="find" type="search" placeholder={w.find} value={view.find.value} onInput={(e) => { view.find.value = e.currentTarget.value; }}
            onKeyDown={(e) => {
              if (e.key === 'Enter' && lines.length > 0) view.select(lines[(at + 1) % lines.length].seq);
              if (e.key === 'Escape') view.find.value = '';
            }} />
        </label>
        <button type="button" class="btn small-btn" aria-pressed={filter.focus !== 0} title="T / A"
          onClick={() => playback.setFilter({ ...filter, focus: filter.focus ? 0 : lab.log.root(selected || playback.current.value) })}
          disabled={!filter.focus && !selected && !playback.current.value}>{filter.focus ? w.traceAll : w.traceFocus}</button>
        <button type="button" class="btn small-btn" aria-pressed={filter.all} onClick={() => playback.setFilter({ ...filter, all: !filter.all })}>{w.details}</button>
      </div>
      {lines.length === 0 ? <p class="muted pad">{query ? w.findNone : w.noEvents}</p> : (
        <VirtualList count={lines.length} rowHeight={theme.value === 'projector' ? 40 : 28} current={follow} role="tree" label={w.trace} class="tree"
          activeId={at >= 0 ? `ev-${selected}` : undefined} onKeyDown={onKey} follow
          row={(i) => lines[i] ? <TraceRow key={lines[i].seq} line={lines[i]} range={range} chosen={i === at} /> : null} />
      )}
      {behind > 0 ? <p class="muted small pad">{w.behind(thousands(behind))}</p> : null}
    </section>
  );
}

/** The stretch of screen time the bars share: that of the shown trace. */
function useRange(lines: Line[]): { from: number; to: number } {
  const { lab, playback } = useDesk();
  void playback.version.value;
  const { track } = playback;
  const first = lines[0] ? lab.log.get(lines[0].seq) : undefined;
  return useMemo(() => ({ from: first ? track.screenTime(first.at) : 0, to: Math.max(1, track.total) }), [first, track, track.total]);
}

function TraceRow({ line, range, chosen }: { line: Line; range: { from: number; to: number }; chosen: boolean }): JSX.Element | null {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  const row = lab.log.get(line.seq);
  if (!row) return null;
  const fate = lab.fates.fate(row.seq);
  const verdict = lab.fates.verdict(row.seq);
  const hidden = line.open ? 'none' : lab.fates.trouble(row.seq);
  const word = fate === 'waiting' || fate === 'undelivered' ? w.fate[fate] : verdict === 'ok' || verdict === 'none' ? undefined : w.verdict[verdict];
  const took = lab.log.duration(row.seq);
  const current = playback.current.value === row.seq && !playback.live.value;
  const from = (playback.track.screenTime(row.at) - range.from) / (range.to - range.from);
  const to = (playback.track.screenTime(row.at + took) - range.from) / (range.to - range.from);
  const left = clamp(from);
  const width = Math.max(0.02, clamp(to) - left);
  return (
    <div class={`tr ${chosen ? 'chosen' : ''} ${current ? 'current' : ''} ${troubled(verdict) ? 'failed' : ''}`} role="treeitem" id={`ev-${row.seq}`} data-seq={row.seq}
      aria-level={line.depth + 1} aria-posinset={line.place} aria-setsize={line.siblings} aria-selected={chosen} aria-expanded={line.branch ? line.open : undefined}
      onClick={() => view.select(row.seq)} onDblClick={() => view.show(row.seq)} title={`${labelOf(row, w)}\n${where(row)}`}>
      <span class="tr-in" style={{ width: Math.min(line.depth, 10) * 12 + 'px' }} />
      {line.branch
        ? <span class={`tr-chevron ${line.open ? 'open' : ''}`} onClick={(e) => { e.stopPropagation(); view.toggle(row.seq); }}><Icon name="chevron" size={14} /></span>
        : <span class="tr-chevron" />}
      <Shape row={row} />
      <span class="tr-label">{labelOf(row, w)}</span>
      <span class="tr-who muted">{shortName(lab, row.node)}</span>
      {hidden === 'none' ? null : <span class={`tr-inside v-${hidden}`} title={w.failedInside}><Icon name={hidden === 'temp' ? 'bang' : hidden === 'wait' ? 'hourglass' : 'cross'} size={11} /><span class="hidden">{w.failedInside}</span></span>}
      <VerdictMark verdict={verdict} word={word} quiet={line.depth > DEEP} />
      <span class="tr-bar" title={took ? duration(took) : ''} aria-hidden="true">
        <i class={`v-${verdict} tone-${toneOf(row.kind)}`} style={{ left: `${(left * 100).toFixed(1)}%`, width: `${(Math.min(width, 1 - left + 0.02) * 100).toFixed(1)}%` }} />
      </span>
    </div>
  );
}

/** Below this depth a row has no room for the word of its verdict: only the icon shows. */
const DEEP = 2;

function troubled(verdict: string): boolean {
  return verdict === 'bad' || verdict === 'temp' || verdict === 'wait' || verdict === 'lost';
}

function clamp(x: number): number {
  return Math.max(0, Math.min(0.98, Number.isFinite(x) ? x : 0));
}

function where(row: Row): string {
  return `#${row.seq} ${row.kind} ${row.node ?? ''}${row.peer ? ' > ' + row.peer : ''}`;
}

/** The mark of an event's kind. */
export function Shape({ row }: { row: Row }): JSX.Element {
  const reply = row.kind.endsWith('.reply');
  return (
    <svg class={`shape tone-${toneOf(row.kind)} ${reply ? 'reply' : ''}`} width="18" height="16" viewBox="-9 -8 18 16" aria-hidden="true">
      <path d={shapePaths[shapeOf(row.kind)]} />
    </svg>
  );
}
