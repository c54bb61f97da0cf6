import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { WallClock } from '../core/duration';
import { useDesk } from '../state/context';
import { layout, theme } from '../state/prefs';
import { say, words } from '../words';
import { go } from '../state/route';
import { CaptureLink } from './capture';
import { Icon } from './icons';
import { Settings } from './settings';

/** Where one is, what time it is there, and whether it works. */
export function Header(): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const snapshot = lab.snapshot.value;
  const world = lab.world.value;
  const report = world?.report;
  const checking = lab.waiting.value.some((c) => c.check);
  const clock = snapshot ? new WallClock(snapshot.start) : undefined;
  const check = () => {
    view.panel.value = 'guide';
    void actions.check();
  };
  return (
    <header class="top">
      <a class="brand" href="/" onClick={(e) => { e.preventDefault(); go('/'); }} title={w.home} aria-label={`${w.appName}, ${w.home}`}>{w.appName}</a>
      <h1 class="top-title">{say(snapshot?.session.title)}</h1>
      {snapshot?.session.readOnly ? <span class="chip"><Icon name="eye" size={13} />{w.readOnly}</span> : null}
      {snapshot?.session.of ? <a class="chip" href={`/lab/${snapshot.session.of}`} title={w.branchOfHint} onClick={(e) => { e.preventDefault(); go(`/lab/${snapshot.session.of}`); }}><Icon name="linked" size={13} />{w.branchOf}</a> : null}
      <span class="grow" />
      {clock && world ? (
        <span class="clock" title={w.clock}>
          <span class="hidden">{w.clock} </span>
          <span class="muted">{clock.date(world.now)}</span> <strong>{clock.time(world.now)}</strong>
        </span>
      ) : null}
      {snapshot?.class ? (
        <button type="button" class="btn" aria-pressed={world?.hand === true} onClick={() => void actions.do({ hand: { up: !world?.hand } })}><Icon name="hand" /><span>{world?.hand ? w.handDown : w.handUp}</span></button>
      ) : null}
      <Connection />
      {layout.value === 'one' ? null : (
        <>
          <Settings />
          <button type="button" class="btn btn-icon" title={`${w.keys} (?)`} aria-label={w.keys} onClick={() => { view.keysShown.value = true; }}><Icon name="keyboard" /></button>
        </>
      )}
      <Menu />
      <button type="button" class="btn primary" onClick={check} disabled={checking || !world || snapshot?.session.readOnly} title="C">
        <Icon name="check" />
        <span>{checking ? w.checking : w.check}</span>
        {report ? <span class="count" aria-label={w.passed(report.passed, report.total)}>{report.passed}/{report.total}</span> : null}
      </button>
    </header>
  );
}

function Connection(): JSX.Element {
  const { lab } = useDesk();
  const w = words.value;
  const state = lab.link.value.name;
  const [word, look] = state === 'open' ? [w.connected, 'ok'] : state === 'ended' ? [w.ended, 'bad'] : state === 'connecting' ? [w.connecting, 'wait'] : [w.offline, 'bad'];
  return (
    <span class={`conn v-${look}`} title={word}>
      <Icon name={look === 'ok' ? 'check' : look === 'wait' ? 'hourglass' : 'cross'} size={14} />
      <span class="conn-word">{word}</span>
    </span>
  );
}

function Menu(): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const shown = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const base = `/api/sessions/${encodeURIComponent(lab.session)}`;
  const undo = lab.world.value?.undo;
  const redo = lab.world.value?.redo;
  const run = (fn: () => void) => {
    shown.value = false;
    fn();
  };
  return (
    <div class="menu" ref={box} onKeyDown={(e) => { if (e.key === 'Escape') shown.value = false; }}
      onFocusOut={(e) => { if (!box.current?.contains(e.relatedTarget as Node | null)) shown.value = false; }}>
      <button type="button" class="btn btn-icon" aria-expanded={shown.value} aria-label={w.more} title={w.more} onClick={() => { shown.value = !shown.value; }}><Icon name="more" /></button>
      {shown.value ? (
        <div class="menu-list">
          {layout.value === 'one' ? <Settings /> : null}
          <button type="button" class="menu-item" disabled={!undo} onClick={() => run(() => void actions.do({ undo: {} }))}><Icon name="undo" />{undo ? w.undoOf(say(undo)) : w.undo}</button>
          {redo ? <button type="button" class="menu-item" onClick={() => run(() => void actions.do({ redo: {} }))}><Icon name="restart" />{w.redoOf(say(redo))}</button> : null}
          <button type="button" class="menu-item" onClick={() => run(() => { if (confirm(w.restartAsk)) void actions.do({ restart: {} }); })}><Icon name="restart" />{w.restart}</button>
          <button type="button" class="menu-item" aria-pressed={view.stage.value} onClick={() => run(() => {
            view.stage.value = !view.stage.value;
            theme.value = view.stage.value ? 'projector' : 'light';
            view.dock.value = view.stage.value ? 'small' : 'normal';
          })}><Icon name="eye" />{w.stage}</button>
          <a class="menu-item" href={`${base}/submission`} download><Icon name="download" />{w.download}</a>
          <CaptureLink class="menu-item">{w.packets}</CaptureLink>
        </div>
      ) : null}
    </div>
  );
}
