import { batch, computed, effect, signal } from '@preact/signals';
import { nowhere, placeText, readPlace } from '../core/place';
import type { Target } from '../core/markup';
import type { Lab } from './lab';
import type { Playback } from './playback';
import { layout } from './prefs';
import { readValue, writeValue } from './storage';

export type InspectorTab = 'why' | 'message' | 'bytes' | 'talk';
export type Panel = 'guide' | 'network' | 'trace' | 'work';
export type DockSize = 'normal' | 'large' | 'small';

/** A tab of the dock; its text form is in the address: term:ID, file:HOST:PATH, files:HOST, queue:HOST, mail, portals, gateway, story. */
export interface Tab { kind: 'term' | 'file' | 'files' | 'queue' | 'mail' | 'portals' | 'gateway' | 'story'; host: string; path: string }

export function tabText(t: Tab): string {
  if (t.kind === 'file') return `file:${t.host}:${t.path}`;
  return t.host ? `${t.kind}:${t.host}` : t.kind;
}

export function readTab(text: string): Tab | undefined {
  const match = /^(term|file|files|queue|mail|portals|gateway|story)(?::([^:]+))?(?::(\/.*))?$/.exec(text);
  if (!match) return undefined;
  const kind = match[1] as Tab['kind'];
  if (kind === 'file' && !match[3]) return undefined;
  return { kind, host: match[2] ?? '', path: kind === 'file' ? match[3] : '' };
}

/** Tabs that are opened and closed by the student; the others stay. */
export function closable(t: Tab): boolean {
  return t.kind === 'file' || t.kind === 'files' || t.kind === 'queue';
}

interface Kept { tabs: string[]; tab: string; dock: DockSize; watched?: boolean }

/** An event of the copy of the network on which a check was made; up to `shared` its log is that of the session. */
export interface TrialEvent { epoch: number; seq: number; shared: number }

/** What the page shows of a lab: selection, tabs, panels; kept in the address and in the browser. */
export class View {
  /** the one selection of all projections, 0 for none */
  readonly selected = signal(0);
  /** an event of a check's trial run, which is not in the log; shown in place of the selection */
  readonly trial = signal<TrialEvent | undefined>(undefined);
  readonly inspector = signal<InspectorTab>('why');
  readonly tab = signal('');
  /** open tabs beside the fixed ones, in order */
  readonly tabs = signal<readonly string[]>([]);
  /** panel shown where there is no room for all */
  readonly panel = signal<Panel>('guide');
  readonly dock = signal<DockSize>('normal');
  /** branches opened in the trace outline */
  readonly open = signal<ReadonlySet<number>>(new Set());
  /** line to go to in a file tab: tab text -> line */
  readonly goto = signal<{ tab: string; line: number } | undefined>(undefined);
  /** text put into a terminal's input line by an offer of the guide */
  readonly offer = signal<{ host: string; line: string } | undefined>(undefined);
  readonly keysShown = signal(false);
  readonly find = signal('');
  /** names are hidden and the scene is large, for the projector */
  readonly stage = signal(false);
  /** bumped to move the keyboard into the terminal */
  readonly wantTerminal = signal(0);
  readonly said = signal('');
  /** bumped to bring the results into sight */
  readonly wantReport = signal(0);
  /** the trace made last, brought into sight */
  readonly fresh = signal(0);
  /** the work is shown as it was at the playhead, not as it is */
  readonly past = signal(false);
  /** virtual time the work is shown of, 0 for now */
  readonly moment = computed(() => {
    if (!this.past.value || this.playback.live.value) return 0;
    return Math.max(1, this.lab.log.get(this.playback.current.value)?.at ?? 0);
  });
  /** the incident was played in this browser */
  readonly watched = signal(false);

  private firstPlace = readPlace(location.hash);

  constructor(private readonly lab: Lab, private readonly playback: Playback) {
    const place = this.firstPlace;
    const kept = readValue<Kept>(`view:${lab.session}`, { tabs: [], tab: '', dock: 'normal' });
    this.tabs.value = (Array.isArray(kept.tabs) ? kept.tabs : []).filter((t) => typeof t === 'string' && readTab(t));
    this.watched.value = kept.watched === true;
    this.dock.value = kept.dock === 'large' || kept.dock === 'small' ? kept.dock : 'normal';
    if (place.sel) this.selected.value = place.sel;
    if (place.view) this.inspector.value = place.view as InspectorTab;
    this.openTab(readTab(place.tab) ? place.tab : readTab(kept.tab) ? kept.tab : '', false);
    this.restorePlayhead();
    this.keepAddress();
    effect(() => writeValue(`view:${lab.session}`, { tabs: this.tabs.value, tab: this.tab.value, dock: this.dock.value, watched: this.watched.value }));
  }

  // The playhead of the address is set once the log reaches so far.
  private restorePlayhead(): void {
    const place = this.firstPlace;
    if (!place.at && !place.focus && !place.sel) return;
    const stop = effect(() => {
      void this.lab.grown.value;
      if (this.lab.log.last < Math.max(place.at, place.focus, place.sel)) return;
      queueMicrotask(() => {
        stop();
        this.firstPlace = nowhere;
        if (place.focus) this.playback.setFilter({ ...this.playback.filter.peek(), focus: place.focus });
        if (place.at) this.playback.seek(place.at);
        if (place.sel) this.reveal(place.sel);
      });
    });
  }

  private keepAddress(): void {
    let timer = 0;
    effect(() => {
      const { focus } = this.playback.filter.value;
      const at = this.playback.live.value || this.playback.playing.value ? 0 : this.playback.current.value;
      const first = this.firstPlace;
      const place = { sel: this.selected.value, at: first.at || at, focus: first.focus || focus, tab: this.tab.value,
        view: this.inspector.value === 'why' ? '' : this.inspector.value };
      clearTimeout(timer);
      // Browsers allow about 100 changes of the address in 30 s.
      timer = window.setTimeout(() => {
        if (location.pathname.startsWith('/lab/')) history.replaceState(null, '', location.pathname + location.search + placeText(place));
      }, 300);
    });
  }

  /** Selects an event in all projections; for the end of a span the span. */
  select(event: number): void {
    const row = this.lab.log.get(event);
    const seq = row?.kind === 'end' && row.span ? row.span : event;
    batch(() => {
      this.trial.value = undefined;
      this.fresh.value = 0;
      this.selected.value = seq;
      this.reveal(seq);
    });
  }

  /** Shows an event of a check's trial run; one that is also in the log is selected there. */
  selectTrial(event: TrialEvent): void {
    if (event.seq <= event.shared) this.select(event.seq);
    else this.trial.value = event;
    if (layout.peek() !== 'wide') this.panel.value = 'trace';
  }

  /** Goes to an event of the log that the inspector shows: that of the session or of a check's trial run. */
  goTo(seq: number): void {
    const trial = this.trial.value;
    if (trial) this.selectTrial({ ...trial, seq });
    else this.select(seq);
  }

  /** Selects an event and shows its moment on the topology. */
  show(seq: number): void {
    batch(() => {
      this.select(seq);
      this.playback.seek(seq);
      if (this.panel.value !== 'trace') this.panel.value = 'network';
    });
  }

  /** Opens the branches around an event. */
  reveal(seq: number): void {
    const path = this.lab.log.path(seq);
    if (path.every((p) => this.open.value.has(p))) return;
    this.open.value = new Set([...this.open.value, ...path]);
  }

  toggle(seq: number, open = !this.open.value.has(seq)): void {
    const set = new Set(this.open.value);
    if (open) set.add(seq);
    else set.delete(seq);
    this.open.value = set;
  }

  openTab(text: string, focus = true): void {
    const tab = readTab(text);
    if (!tab) return;
    batch(() => {
      if (closable(tab) && !this.tabs.value.includes(text)) this.tabs.value = [...this.tabs.value, text];
      this.tab.value = text;
      if (focus) {
        this.panel.value = 'work';
        if (this.dock.value === 'small') this.dock.value = 'normal';
      }
    });
  }

  closeTab(text: string): void {
    batch(() => {
      const at = this.tabs.value.indexOf(text);
      this.tabs.value = this.tabs.value.filter((t) => t !== text);
      if (this.tab.value === text) this.tab.value = this.tabs.value[Math.max(0, at - 1)] ?? '';
    });
  }

  openFile(host: string, path: string, line = 0): void {
    const text = tabText({ kind: 'file', host, path });
    batch(() => {
      this.openTab(text);
      if (line) this.goto.value = { tab: text, line };
    });
  }

  openHost(host: string): void {
    const term = this.lab.world.peek()?.terms.find((t) => t.host === host);
    this.openTab(`term:${term?.id ?? host + '/1'}`);
    this.wantTerminal.value++;
  }

  /** Follows a link of the guide, of Why? or of a report. */
  follow(target: Target): void {
    if (target.to === 'event') {
      this.select(target.seq);
      if (layout.peek() !== 'wide') this.panel.value = 'trace';
    } else if (target.to === 'host') this.openHost(target.host);
    else if (target.to === 'file') this.openFile(target.host, target.path, target.line);
  }
}
