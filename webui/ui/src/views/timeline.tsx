import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { effect } from '@preact/signals';
import { duration, WallClock } from '../core/duration';
import { failed, verdictOfRow } from '../core/kinds';
import type { Gap } from '../core/track';
import { useDesk } from '../state/context';
import { theme } from '../state/prefs';
import { speeds } from '../state/playback';
import { words } from '../words';
import { IconButton } from './controls';
import { Icon } from './icons';
import { MomentBand } from './moment';

/** Time at the foot of the page: where the playhead is, what happened when, and how to let time pass. */
export function Timeline(): JSX.Element {
  const { lab, playback, view } = useDesk();
  const w = words.value;
  const live = playback.live.value;
  const clock = new WallClock(lab.snapshot.value!.start);
  const select = () => { if (playback.current.peek()) view.select(playback.current.peek()); };
  return (
    <section class={`region timeline ${live ? '' : 'pinned'}`} aria-label={w.timeline} tabIndex={-1} data-region>
      <div class="transport">
        <IconButton icon="previous" label={w.stepBack} onClick={() => { playback.previous(); select(); }} />
        <IconButton icon={playback.playing.value ? 'pause' : 'play'} label={playback.playing.value ? w.pause : w.play} onClick={() => playback.toggle()} class="play" />
        <IconButton icon="next" label={w.stepOn} onClick={() => { playback.next(); select(); }} />
        <IconButton icon="skip" label={w.skipGap} onClick={() => { playback.skipGap(); select(); }} />
        <IconButton icon="fail" label={w.nextFailure} onClick={() => { const seq = playback.nextFailure(); if (seq) view.select(seq); }} />
        <label class="select-icon" title={w.speed}>
          <span class="hidden">{w.speed}</span>
          <select value={String(playback.speed.value)} onChange={(e) => { playback.speed.value = Number(e.currentTarget.value); }}>
            {speeds.map((s) => <option key={s} value={String(s)}>{s}×</option>)}
          </select>
        </label>
      </div>
      <div class="when">
        {live
          ? <span class="muted">{w.live} {lab.world.value ? clock.time(lab.world.value.now) : ''}</span>
          : <MomentBand />}
      </div>
      <Scale />
      <Advance />
    </section>
  );
}

/** Lets virtual time pass. */
function Advance(): JSX.Element {
  const { lab, actions } = useDesk();
  const w = words.value;
  const busy = lab.waiting.value.some((c) => c.advance);
  const choices: [string, number][] = [['10 s', 10e9], ['1 m', 60e9], ['10 m', 600e9], ['1 h', 3600e9], ['1 d', 86400e9]];
  return (
    <label class="select-icon advance" title={w.advance}>
      <Icon name="wait" /><span class="hidden">{w.advance}</span>
      <select value="" disabled={busy} onChange={(e) => {
        const value = e.currentTarget.value;
        e.currentTarget.value = '';
        if (value) void actions.do({ advance: /^\d/.test(value) ? { for: Number(value) } : { until: value } });
      }}>
        <option value="">{w.advance}</option>
        {choices.map(([label, ns]) => <option key={label} value={String(ns)}>{w.advanceBy(label)}</option>)}
        <option value="event">{w.untilEvent}</option>
        <option value="quiet">{w.untilQuiet}</option>
      </select>
    </label>
  );
}

/** The scale: ticks of events, pauses, marks of what was done, and the playhead as a native slider. */
function Scale(): JSX.Element {
  const { lab, playback, view } = useDesk();
  const w = words.value;
  const box = useRef<HTMLDivElement>(null);
  const thumb = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLInputElement>(null);
  const [width, setWidth] = useState(600);
  const version = playback.version.value;
  const { track } = playback;
  const total = Math.max(1, track.total);
  const clock = new WallClock(lab.snapshot.value!.start);

  useEffect(() => {
    const el = box.current!;
    const watch = new ResizeObserver(() => setWidth(Math.max(50, el.clientWidth)));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);

  useEffect(() => effect(() => {
    void playback.version.value;
    const all = Math.max(1, playback.track.total);
    const t = Math.max(0, Math.min(all, playback.time.value));
    if (thumb.current) thumb.current.style.transform = `translateX(${((t / all) * width).toFixed(1)}px)`;
    if (slider.current) {
      const row = lab.log.get(playback.current.value);
      slider.current.value = String(playback.index.value);
      slider.current.setAttribute('aria-valuetext', row ? `${clock.time(row.at)} ${row.label}` : '');
    }
  }), [width, version]);

  const { ticks, fails } = useMemo(() => tickPaths(), [version, width]);
  const chips = useMemo(() => gapLabels(), [version, width, theme.value]);

  function tickPaths(): { ticks: string; fails: { x: number; seq: number; verdict: string }[] } {
    const seen = new Set<number>();
    const bad = new Map<number, { x: number; seq: number; verdict: string }>();
    let path = '';
    for (let i = 0; i < track.length; i++) {
      const x = Math.round((track.starts[i] / total) * width);
      const row = lab.log.get(track.seqs[i])!;
      if (failed(row) && !bad.has(Math.round(x / 14))) bad.set(Math.round(x / 14), { x, seq: row.seq, verdict: verdictOfRow(row) });
      if (seen.has(x)) continue;
      seen.add(x);
      path += `M${x} 20V26`;
    }
    return { ticks: path, fails: [...bad.values()] };
  }

  // The longest pauses get their label first; one that would lie on another has none.
  function gapLabels(): { gap: Gap; x: number }[] {
    const letter = theme.value === 'projector' ? 13 : 6.5;
    const placed: { gap: Gap; x: number; half: number }[] = [];
    for (const gap of [...track.gaps].sort((a, b) => b.ns - a.ns || a.index - b.index).slice(0, 200)) {
      const half = (6 + letter * duration(gap.ns).length) / 2;
      const x = Math.max(half, Math.min(width - half, ((gap.from + gap.to) / 2 / total) * width));
      if (placed.every((p) => Math.abs(p.x - x) > p.half + half)) placed.push({ gap, x, half });
    }
    return placed.sort((a, b) => a.gap.index - b.gap.index);
  }

  const seek = (e: MouseEvent) => {
    const left = box.current!.getBoundingClientRect().left;
    playback.seekTime(((e.clientX - left) / width) * total);
  };
  const onKey = (e: KeyboardEvent) => {
    const by: Record<string, () => void> = {
      ArrowRight: () => (e.shiftKey ? playback.skipGap() : playback.next()), ArrowLeft: () => playback.previous(), ArrowUp: () => playback.next(), ArrowDown: () => playback.previous(),
      Home: () => playback.seekTime(-1), End: () => playback.backToNow(),
    };
    if (!by[e.key]) return;
    e.preventDefault();
    by[e.key]();
    if (playback.current.peek()) view.select(playback.current.peek());
  };

  const marks = lab.world.value?.marks ?? [];
  const place = (seq: number) => {
    const row = lab.log.get(seq);
    return row ? (track.screenTime(row.at) / total) * width : -1;
  };
  return (
    <div class="scale" ref={box} onClick={seek}>
      <svg width={width} height="40" aria-hidden="true">
        <line class="scale-line" x1="0" x2={width} y1="23" y2="23" />
        {track.gaps.map((g) => <rect key={g.index} class="scale-gap" x={(g.from / total) * width} width={Math.max(2, ((g.to - g.from) / total) * width)} y="16" height="14" rx="3" />)}
        <path class="scale-ticks" d={ticks} />
        {fails.map((f) => <path key={f.seq} class={`scale-fail v-${f.verdict}`} d="M-3.7-3.7 3.7 3.7M3.7-3.7-3.7 3.7" transform={`translate(${f.x} 36)`} />)}
      </svg>
      {marks.map((m) => {
        const x = place(m.seq);
        return x < 0 ? null : (
          <button type="button" key={m.seq + m.kind} class={`scale-mark kind-${m.kind}`} style={{ left: x + 'px' }} title={`${w.markKind[m.kind] ?? m.kind}: ${m.label}`}
            aria-label={`${w.markKind[m.kind] ?? m.kind}: ${m.label}`} onClick={(e) => { e.stopPropagation(); view.show(m.seq); }}>
            <Icon name={m.kind === 'check' ? 'check' : m.kind === 'edit' ? 'file' : m.kind === 'reload' ? 'restart' : m.kind === 'mail' ? 'mail' : m.kind === 'portal' ? 'portal' : 'wait'} size={12} />
          </button>
        );
      })}
      {chips.map((c) => <span key={c.gap.index} class="gap-chip" style={{ left: c.x + 'px' }}>{duration(c.gap.ns)}</span>)}
      <div class="scale-thumb" ref={thumb} />
      <input ref={slider} class="scale-slider" type="range" min={-1} max={Math.max(0, track.length - 1)} step={1} aria-label={w.playhead} onKeyDown={onKey}
        onInput={(e) => playback.seekTime(track.rest(Number(e.currentTarget.value)))} />
    </div>
  );
}
