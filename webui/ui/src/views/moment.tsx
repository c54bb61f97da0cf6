import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { deedsAround } from '../core/deeds';
import { WallClock } from '../core/duration';
import type { Problem, SessionInfo } from '../protocol';
import { useDesk } from '../state/context';
import { words } from '../words';
import { go } from '../state/route';
import { Icon } from './icons';

/** Where the playhead stands in the past: how to see what was there then, to go on from there, to come back. */
export function MomentBand(): JSX.Element {
  const { lab, playback, view } = useDesk();
  const w = words.value;
  const row = lab.log.get(playback.current.value);
  const clock = new WallClock(lab.snapshot.value!.start);
  return (
    <span class="band">
      <Icon name="wait" size={14} /><span role="status">{w.viewing(clock.time(row?.at ?? 0))}</span>
      <button type="button" class="btn small-btn" onClick={() => playback.backToNow()} title="L">{w.backToNow}</button>
      <button type="button" class="btn small-btn as-it-was" aria-pressed={view.past.value} title={w.asItWasHint} onClick={() => { view.past.value = !view.past.value; }}>
        <Icon name="eye" size={14} /><span>{w.asItWas}</span>
      </button>
      {lab.snapshot.value!.session.readOnly ? null : <FromHere />}
    </span>
  );
}

/** Takes back what was done after the moment, or goes another way from there in a session of its own. */
function FromHere(): JSX.Element {
  const { lab, playback, actions } = useDesk();
  const w = words.value;
  const shown = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const deeds = shown.value ? deedsAround(lab.log, lab.snapshot.value!.begun ?? 0, playback.current.value) : { last: 0, next: 0, after: 0 };
  const undo = async (from: number) => {
    shown.value = false;
    const result = await actions.do({ undo: { from } });
    if (!result.error) playback.backToNow();
  };
  const branch = async () => {
    shown.value = false;
    const { session, problem } = await postBranch(lab.session, deeds.next);
    if (session) go(`/lab/${session.id}`);
    else actions.refuse(problem ?? { code: 'failed', text: { ko: w.lostLine, en: w.lostLine } });
  };
  return (
    <div class="menu" ref={box} onKeyDown={(e) => {
      if (e.key !== 'Escape' || !shown.value) return;
      shown.value = false;
      button.current?.focus();
      e.stopPropagation();
    }} onFocusOut={(e) => { if (!box.current?.contains(e.relatedTarget as Node | null)) shown.value = false; }}>
      <button type="button" class="btn small-btn" ref={button} aria-expanded={shown.value} onClick={() => { shown.value = !shown.value; }}><Icon name="undo" size={14} /><span>{w.fromHere}</span></button>
      {shown.value ? (
        <div class="menu-list above">
          <button type="button" class="menu-item" disabled={!deeds.next} onClick={() => void undo(deeds.next)}><Icon name="undo" />{deeds.next ? w.undoToHere(deeds.after) : w.undoNothing}</button>
          {deeds.last ? <button type="button" class="menu-item" onClick={() => void undo(deeds.last)}><Icon name="undo" />{w.undoWith(lab.log.get(deeds.last)!.label, deeds.after)}</button> : null}
          <button type="button" class="menu-item" onClick={() => void branch()}><Icon name="linked" />{w.branchHere}</button>
        </div>
      ) : null}
    </div>
  );
}

async function postBranch(session: string, before: number): Promise<{ session?: SessionInfo; problem?: Problem }> {
  try {
    const response = await fetch(`/api/sessions/${encodeURIComponent(session)}/branch`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ before }),
    });
    if (!response.ok) return { problem: (await response.json()) as Problem };
    return { session: (await response.json()) as SessionInfo };
  } catch {
    return {};
  }
}
