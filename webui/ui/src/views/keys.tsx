import type { JSX } from 'preact';
import type { Desk } from '../state/context';
import { useDesk } from '../state/context';
import { layout, letterKeys } from '../state/prefs';
import { words } from '../words';
import { Dialog } from './controls';

/** Whether a key belongs to what has the keyboard: text fields, choices, the editor. */
function typing(target: EventTarget | null): boolean {
  const el = target instanceof Element ? target : null;
  const deep = el?.shadowRoot?.activeElement ?? el;
  return deep instanceof HTMLElement && (deep.isContentEditable || el?.shadowRoot != null
    || (deep.matches('input:not([type=radio]):not([type=checkbox]):not([type=range]),textarea,select')));
}

/** Installs the page's keys; returns what removes them. */
export function installKeys(desk: Desk): () => void {
  const early = (e: KeyboardEvent) => {
    if (e.key === 'F6') {
      e.preventDefault();
      nextRegion(desk, e.shiftKey ? -1 : 1);
    } else if (e.ctrlKey && (e.key === '`' || e.code === 'Backquote')) {
      e.preventDefault();
      toTerminal(desk);
    }
  };
  const late = (e: KeyboardEvent) => {
    if (e.defaultPrevented || e.isComposing || e.ctrlKey || e.altKey || e.metaKey || typing(e.target)) return;
    if (document.querySelector('dialog[open]')) return;
    if (act(desk, e)) e.preventDefault();
  };
  addEventListener('keydown', early, true);
  addEventListener('keydown', late);
  return () => {
    removeEventListener('keydown', early, true);
    removeEventListener('keydown', late);
  };
}

function toTerminal({ view, lab }: Desk): void {
  const current = view.tab.peek();
  if (!current.startsWith('term:')) {
    const first = lab.world.peek()?.terms[0]?.id ?? (lab.snapshot.peek()?.hosts[0] ? lab.snapshot.peek()!.hosts[0].id + '/1' : '');
    if (first) view.openTab(`term:${first}`);
  }
  view.panel.value = 'work';
  view.wantTerminal.value++;
}

function nextRegion({ view }: Desk, step: number): void {
  const list = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  const at = list.findIndex((el) => el.contains(document.activeElement));
  const next = list[(at + step + list.length) % list.length];
  if (!next) return;
  // In narrow layouts the region's panel is shown first.
  const panels = { guide: 'guide', topology: 'network', dock: 'work', trace: 'trace', inspector: 'trace' } as const;
  for (const [name, panel] of Object.entries(panels)) if (next.classList.contains(name)) view.panel.value = panel;
  if (layout.peek() === 'one') requestAnimationFrame(() => next.focus());
  else next.focus();
}

/** Does what a key means; false if it means nothing here. */
function act(desk: Desk, e: KeyboardEvent): boolean {
  const { view, playback, lab, actions } = desk;
  const target = e.target instanceof Element ? e.target : null;
  const onButton = target?.closest('button,a,summary,[role=button],input') != null;
  const select = () => { if (playback.current.peek()) view.select(playback.current.peek()); };
  switch (e.key) {
    case ' ':
      if (onButton) return false;
      playback.toggle();
      return true;
    case 'ArrowRight':
      if (e.shiftKey) playback.skipGap();
      else playback.next();
      select();
      return true;
    case 'ArrowLeft':
      playback.previous();
      select();
      return true;
    case '?':
      view.keysShown.value = true;
      return true;
    case 'PageDown': case 'PageUp':
      if (!view.stage.peek()) return false;
      if (e.key === 'PageDown') playback.next();
      else playback.previous();
      return true;
  }
  if (!letterKeys.peek() || e.repeat) return false;
  switch (e.code) { // the place of the key, so that they work with the Hangul layout too
    case 'KeyL': playback.backToNow(); return true;
    case 'KeyE': {
      const seq = playback.nextFailure();
      if (seq) view.select(seq);
      return true;
    }
    case 'KeyT': {
      const seq = view.selected.peek() || playback.current.peek();
      if (seq) playback.setFilter({ ...playback.filter.peek(), focus: lab.log.root(seq) });
      return true;
    }
    case 'KeyA': playback.setFilter({ ...playback.filter.peek(), focus: 0 }); return true;
    case 'KeyV':
      view.inspector.value = 'talk';
      view.panel.value = 'trace';
      return true;
    case 'KeyF':
      view.panel.value = 'trace';
      requestAnimationFrame(() => document.getElementById('find')?.focus());
      return true;
    case 'KeyC':
      view.panel.value = 'guide';
      if (!lab.waiting.peek().some((c) => c.check)) void actions.check();
      return true;
    case 'KeyH':
      view.panel.value = 'guide';
      if (lab.world.peek()?.hintNext) void actions.do({ hint: {} });
      requestAnimationFrame(() => document.getElementById('hints')?.scrollIntoView({ block: 'nearest' }));
      return true;
  }
  return false;
}

/** The list of keys. */
export function KeysDialog(): JSX.Element {
  const { view } = useDesk();
  const w = words.value;
  const k = w.keysList;
  const list: [string, string][] = [['Space', k.space], ['← →', k.arrows], ['Shift →', k.gap], ['L', k.l], ['E', k.e], ['T', k.t], ['A', k.a], ['V', k.v], ['F', k.f], ['C', k.c],
    ['H', k.h], ['F6', k.f6], ['Ctrl `', k.tick], ['Ctrl S', k.save], ['Shift Tab', k.leave], ['Esc', k.esc], ['?', k.help]];
  return (
    <Dialog title={w.keysTitle} onClose={() => { view.keysShown.value = false; }}>
      <dl class="keys">{list.map(([key, what]) => <div key={key}><dt>{key.split(' ').map((p) => <kbd key={p}>{p}</kbd>)}</dt><dd>{what}</dd></div>)}</dl>
      <label class="choice"><input type="checkbox" checked={letterKeys.value} onChange={(e) => { letterKeys.value = e.currentTarget.checked; }} /><span>{w.keysLetters}</span></label>
    </Dialog>
  );
}
