import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { effect, untracked } from '@preact/signals';
import { Actions } from '../state/actions';
import { DeskContext, useDesk, type Desk } from '../state/context';
import { Lab } from '../state/lab';
import { Playback } from '../state/playback';
import { layout } from '../state/prefs';
import { View, type Panel } from '../state/view';
import { say, words } from '../words';
import { go } from '../state/route';
import { Banner } from './banner';
import { Dock } from './dock';
import { Guide } from './guide';
import { Header } from './header';
import { Inspector } from './inspector';
import { installKeys, KeysDialog } from './keys';
import { Timeline } from './timeline';
import { Topology } from './topology';
import { Trace } from './trace';
import { Announcer } from './announcer';

function open(session: string): Desk {
  const lab = new Lab(session);
  const playback = new Playback(lab);
  const view = new View(lab, playback);
  const actions = new Actions(lab, view);
  lab.onEpoch = () => {
    playback.renew();
    if (view.selected.peek() > lab.log.last) view.selected.value = 0;
  };
  lab.onEdit = (host, path) => view.openFile(host, path);
  // Playback stops before a prediction that is not answered yet.
  playback.stops = () => {
    const answered = new Set(lab.world.peek()?.answers?.map((a) => a.question));
    return (lab.snapshot.peek()?.questions ?? []).filter((q) => q.kind === 'predict' && q.before && !answered.has(q.id)).map((q) => q.before!);
  };
  // The outline follows the playhead in the past.
  effect(() => {
    const seq = playback.live.value ? 0 : playback.current.value;
    if (seq) untracked(() => view.reveal(seq));
  });
  return { lab, playback, view, actions };
}

/** The page of one session. */
export function LabPage({ session }: { session: string }): JSX.Element {
  const desk = useMemo(() => open(session), [session]);
  useEffect(() => {
    desk.lab.start();
    const removeKeys = installKeys(desk);
    return () => {
      removeKeys();
      desk.lab.stop();
    };
  }, [desk]);
  const { lab, view } = desk;
  const title = say(lab.snapshot.value?.session.title);
  useEffect(() => { document.title = title ? `${title} - mxlab` : 'mxlab'; }, [title]);
  return (
    <DeskContext.Provider value={desk}>
      <div class={`lab lay-${layout.value} dock-${view.dock.value} panel-${view.panel.value} ${view.stage.value ? 'stage' : ''}`}>
        <Header />
        <Banner />
        {lab.snapshot.value ? <Regions /> : <Waiting />}
        <Toast />
        <Announcer />
        {view.keysShown.value ? <KeysDialog /> : null}
      </div>
    </DeskContext.Provider>
  );
}

function Waiting(): JSX.Element {
  const over = useDesk().lab.over.value;
  return (
    <main class="page">
      <p class={over ? 'error' : 'muted'}>{over ? say(over.text) : words.value.loading}</p>
      {over ? <button type="button" class="btn" onClick={() => go('/')}>{words.value.home}</button> : null}
    </main>
  );
}

function Regions(): JSX.Element {
  const { view } = useDesk();
  return (
    <>
      {layout.value === 'wide' ? null : <PanelTabs value={view.panel.value} onChange={(p) => { view.panel.value = p; }} />}
      <main class="regions">
        <Guide />
        <Topology />
        <Dock />
        <Trace />
        <Inspector />
      </main>
      <Timeline />
    </>
  );
}

function Toast(): JSX.Element {
  const toast = useDesk().actions.toast.value;
  return <div class="toasts" role="status">{toast ? <div class={`toast ${toast.bad ? 'bad' : ''}`} key={toast.id}>{say(toast.text)}</div> : null}</div>;
}

/** Where there is no room for all panels, one is shown. */
function PanelTabs({ value, onChange }: { value: Panel; onChange: (p: Panel) => void }): JSX.Element {
  const w = words.value;
  const items: [Panel, string][] = layout.value === 'mid'
    ? [['guide', w.guide], ['trace', w.trace]]
    : [['guide', w.guide], ['network', w.network], ['work', w.dock], ['trace', w.trace]];
  const shown = layout.value === 'mid' && value !== 'trace' ? 'guide' : value;
  return (
    <nav class="paneltabs" aria-label={w.regions}>
      {items.map(([id, label]) => (
        <button type="button" key={id} class="tab" aria-current={shown === id ? 'page' : undefined} onClick={() => onChange(id)}>{label}</button>
      ))}
    </nav>
  );
}
