import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { useDesk } from '../state/context';
import { closable, readTab, tabText, type Tab } from '../state/view';
import { words } from '../words';
import { CaptureLink } from './capture';
import { IconButton } from './controls';
import { Editor, isDirty } from './editor';
import { Files } from './files';
import { GatewayView } from './gateway';
import { Icon, type IconName } from './icons';
import { MailView } from './mail';
import { nameOf } from './names';
import { PastFile, PastStrip } from './past';
import { Portals } from './portals';
import { QueueView } from './queue';
import { Story } from './story';
import { Terminal, TermWays } from './terminal';

/** Where one works: terminals, files, mail, portals, the story. */
export function Dock(): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const snapshot = lab.snapshot.value!;
  const terms = lab.world.value?.terms ?? [];
  const tabs = tabList();
  const active = tabs.find((t) => tabText(t) === view.tab.value) ?? tabs[0];

  // The first host's terminal is always there, and open when the page is new.
  useEffect(() => {
    if (!view.tab.peek() && tabs[0]) view.openTab(tabText(tabs[0]), false);
  }, []);

  function tabList(): Tab[] {
    const ids = terms.map((t) => t.id);
    const first = snapshot.hosts[0];
    if (first && !terms.some((t) => t.host === first.id)) ids.unshift(`${first.id}/1`);
    const wanted = readTab(view.tab.value);
    if (wanted?.kind === 'term' && !ids.includes(wanted.host) && snapshot.hosts.some((h) => wanted.host.startsWith(h.id + '/'))) ids.push(wanted.host);
    return [
      ...ids.map((id): Tab => ({ kind: 'term', host: id, path: '' })),
      ...view.tabs.value.map((t) => readTab(t)!),
      ...(snapshot.accounts?.length ? [{ kind: 'mail', host: '', path: '' } as Tab] : []),
      ...(snapshot.portals?.length ? [{ kind: 'portals', host: '', path: '' } as Tab] : []),
      ...(lab.world.value?.gateway ? [{ kind: 'gateway', host: '', path: '' } as Tab] : []),
      { kind: 'story', host: '', path: '' },
    ];
  }

  const onKey = (e: KeyboardEvent) => {
    const at = tabs.indexOf(active);
    const to = e.key === 'ArrowRight' ? at + 1 : e.key === 'ArrowLeft' ? at - 1 : NaN;
    const tab = tabs[(to + tabs.length) % tabs.length];
    if (e.key === 'Delete' && closable(active)) view.closeTab(tabText(active));
    if (!tab) return;
    e.preventDefault();
    e.stopPropagation();
    const list = e.currentTarget as HTMLElement;
    view.openTab(tabText(tab));
    requestAnimationFrame(() => list.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
  };

  return (
    <section class="region dock" aria-label={w.dock} tabIndex={-1} data-region>
      <div class="dock-bar">
        <div class="dock-tabs" role="tablist" aria-label={w.dock} onKeyDown={onKey}>
          {tabs.map((t) => {
            const text = tabText(t);
            const chosen = t === active;
            const dirty = t.kind === 'file' && isDirty(lab.session, t.host, t.path);
            return (
              <button type="button" key={text} class={`dock-tab ${chosen ? 'chosen' : ''}`} role="tab" aria-selected={chosen} aria-controls="dock-panel" tabIndex={chosen ? 0 : -1}
                aria-keyshortcuts={closable(t) ? 'Delete' : undefined} onClick={() => view.openTab(text)} title={tabTitle(t)}>
                <Icon name={tabIcon(t)} size={14} /><span>{tabLabel(t)}</span>{dirty ? <i class="dirty" title={w.dirty} /> : null}<TabCount tab={t} />
                {/* For the mouse; the keyboard closes a tab with Delete. */}
                {closable(t) ? <span class="dock-close" title={`${w.closeTab(tabLabel(t))} (Delete)`} onClick={(e) => { e.stopPropagation(); view.closeTab(text); }}><Icon name="close" size={12} /></span> : null}
              </button>
            );
          })}
        </div>
        {active?.kind === 'term' ? <TermWays id={active.host} /> : null}
        <AddMenu />
        <IconButton icon={view.dock.value === 'large' ? 'smaller' : 'larger'} label={view.dock.value === 'large' ? w.smaller : w.larger}
          onClick={() => { view.dock.value = view.dock.value === 'large' ? 'normal' : 'large'; }} class="dock-size" />
      </div>
      {view.moment.value ? <PastStrip /> : <Pending />}
      <div class="dock-panel" hidden={view.dock.value === 'small'} id="dock-panel" role="tabpanel" aria-label={active ? tabLabel(active) : w.dock}>
        {/* Terminals stay in place, so that scroll and text keep. */}
        {tabs.filter((t) => t.kind === 'term').map((t) => <Terminal key={t.host} id={t.host} shown={t === active} />)}
        {active?.kind === 'file' && view.moment.value ? <PastFile key={active.host + active.path} host={active.host} path={active.path} /> : null}
        {active?.kind === 'file' && !view.moment.value ? <Editor key={active.host + active.path} host={active.host} path={active.path} /> : null}
        {active?.kind === 'files' ? <Files key={active.host} host={active.host} /> : null}
        {active?.kind === 'queue' ? <QueueView key={active.host} host={active.host} /> : null}
        {active?.kind === 'mail' ? <MailView /> : null}
        {active?.kind === 'portals' ? <Portals /> : null}
        {active?.kind === 'gateway' ? <GatewayView /> : null}
        {active?.kind === 'story' ? <Story /> : null}
      </div>
    </section>
  );

  function tabLabel(t: Tab): string {
    switch (t.kind) {
      case 'term': return termLabel(t.host);
      case 'file': return t.path.split('/').pop() ?? t.path;
      case 'files': return `${w.files} ${t.host}`;
      case 'queue': return `${w.queue} ${t.host}`;
      case 'mail': return w.mail;
      case 'portals': return w.portals;
      case 'gateway': return w.gateway;
      case 'story': return w.storyTab;
    }
  }
  // A host's only terminal bears its name; of several each says how it gets there too.
  function termLabel(id: string): string {
    const host = id.split('/')[0];
    const others = terms.filter((t) => t.host === host);
    if (others.length < 2) return id.endsWith('/1') ? host : id;
    const via = others.find((t) => t.id === id)?.via;
    const way = via === 'console' ? w.viaConsole : w.viaSsh;
    const same = others.filter((t) => t.via === via);
    return `${host} ${way}${same.length > 1 ? ' ' + (same.findIndex((t) => t.id === id) + 1) : ''}`;
  }
  function tabTitle(t: Tab): string {
    return t.kind === 'file' ? `${t.host}:${t.path}` : t.kind === 'term' ? `${nameOf(lab, t.host.split('/')[0])} (${t.host})` : tabLabel(t);
  }
}

function tabIcon(t: Tab): IconName {
  return ({ term: 'terminal', file: 'file', files: 'folder', queue: 'list', mail: 'mail', portals: 'portal', gateway: 'linked', story: 'story' } as const)[t.kind];
}

function TabCount({ tab }: { tab: Tab }): JSX.Element | null {
  const { lab } = useDesk();
  const world = lab.world.value;
  if (tab.kind === 'mail') {
    const n = world?.unread?.reduce((sum, u) => sum + u.n, 0) ?? 0;
    return n > 0 ? <span class="count">{n}</span> : null;
  }
  if (tab.kind === 'portals') {
    const n = world?.tickets?.filter((t) => t.state === 'open').length ?? 0;
    return n > 0 ? <span class="count">{n}</span> : null;
  }
  if (tab.kind === 'gateway') {
    const n = world?.gateway?.ports.length ?? 0;
    return n > 0 ? <span class="count">{n}</span> : null;
  }
  return null;
}

/** Opens a terminal or the files of a host. */
function AddMenu(): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const shown = useSignal(false);
  const hosts = lab.snapshot.value!.hosts;
  const box = useRef<HTMLDivElement>(null);
  // The list ends where the page does and scrolls from there on.
  useLayoutEffect(() => {
    if (box.current) box.current.style.maxHeight = `${Math.max(160, innerHeight - box.current.getBoundingClientRect().top - 10)}px`;
  }, [shown.value]);
  const term = async (host: string, via: string, usual: boolean) => {
    shown.value = false;
    const exists = lab.world.peek()?.terms.some((t) => t.host === host && t.via === via && !t.closed);
    if (!exists && usual && !lab.world.peek()?.terms.some((t) => t.host === host)) return view.openHost(host);
    const result = await actions.do({ open: { host, via } });
    if (result.term) {
      view.openTab(`term:${result.term}`);
      view.wantTerminal.value++;
    }
  };
  return (
    <div class="menu" onKeyDown={(e) => { if (e.key === 'Escape') shown.value = false; }}
      onFocusOut={(e) => { if (!(e.currentTarget as HTMLElement).contains(e.relatedTarget as Element | null)) shown.value = false; }}>
      <button type="button" class="btn btn-icon" aria-expanded={shown.value} aria-label={w.addTab} title={w.addTab} onClick={() => { shown.value = !shown.value; }}><Icon name="plus" /></button>
      {shown.value ? (
        <div class="menu-list hosts" ref={box}>
          {hosts.map((h) => (
            <div class="menu-group" key={h.id}>
              <span class="menu-head">{nameOf(lab, h.id)} <code class="muted">{h.id}</code></span>
              <span class="row">
                {h.via.map((via) => <button type="button" class="btn small-btn" key={via} onClick={() => void term(h.id, via, via === h.via[0])}><Icon name="terminal" size={14} />{via === 'console' ? w.viaConsole : w.viaSsh}</button>)}
                <button type="button" class="btn small-btn" onClick={() => { shown.value = false; view.openTab(`files:${h.id}`); }}><Icon name="folder" size={14} />{w.files}</button>
                <CaptureLink host={h.id} class="btn small-btn">{w.packetsOf}</CaptureLink>
                {h.queue ? <button type="button" class="btn small-btn" onClick={() => { shown.value = false; view.openTab(`queue:${h.id}`); }}><Icon name="list" size={14} />{w.queue}</button> : null}
                <button type="button" class="btn small-btn" onClick={() => { shown.value = false; if (confirm(w.rebootAsk(h.id))) void actions.do({ reboot: { host: h.id } }); }}><Icon name="restart" size={14} />{w.reboot}</button>
                <PowerButton host={h.id} onDone={() => { shown.value = false; }} />
              </span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** The power switch of a host. */
function PowerButton({ host, onDone }: { host: string; onDone: () => void }): JSX.Element {
  const { lab, actions } = useDesk();
  const w = words.value;
  const off = lab.world.value?.down?.includes(host) ?? false;
  const press = () => {
    onDone();
    if (off || confirm(w.powerOffAsk(host))) void actions.do({ power: { host, to: off ? 'on' : 'off' } });
  };
  return <button type="button" class="btn small-btn" onClick={press}>{off ? w.powerOn : w.powerOff}</button>;
}

/** Files saved but not loaded by their daemon yet. */
function Pending(): JSX.Element | null {
  const { lab, actions } = useDesk();
  const w = words.value;
  const list = lab.world.value?.pending ?? [];
  if (list.length === 0) return null;
  const run = (host: string, command: string) => {
    const term = lab.world.peek()?.terms.find((t) => t.host === host && !t.running && !t.closed)?.id ?? `${host}/1`;
    void actions.do({ input: { term, lines: [command] } });
  };
  return (
    <div class="strips" role="status">
      {list.map((p) => (
        <div class="strip" key={p.host + p.path}>
          <Icon name="wait" size={14} /><span>{w.pending}</span> <code>{p.host}:{p.path}</code><span class="grow" /><code class="strong">{p.command}</code>
          <button type="button" class="btn small-btn" onClick={() => run(p.host, p.command)}>{w.runIt}</button>
        </div>
      ))}
    </div>
  );
}
