import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { runs } from '../core/ansi';
import { thousands } from '../core/duration';
import { complete, control, History } from '../core/lineedit';
import type { Chunk, Host } from '../protocol';
import { useDesk, type Desk } from '../state/context';
import { readValue, writeValue } from '../state/storage';
import { say, words } from '../words';
import { Icon } from './icons';

/** A terminal of lines: a log and a native input, so that composing Hangul, selecting and zooming work. */
export function Terminal({ id, shown }: { id: string; shown: boolean }): JSX.Element {
  const desk = useDesk();
  const { lab, view, actions } = desk;
  const w = words.value;
  const host = id.split('/')[0];
  const term = lab.world.value?.terms.find((t) => t.id === id);
  const moment = view.moment.value;
  const all = lab.chunks.value.get(id) ?? none;
  const chunks = moment ? all.filter((c) => c.at <= moment) : all;
  const mine = lab.waiting.value.filter((c) => c.input?.term === id);
  const [line, setLine] = useState(() => readValue(`line:${lab.session}:${id}`, ''));
  const [choices, setChoices] = useState<readonly string[]>([]);
  const [hidden, setHidden] = useState(0); // chunks up to this one are cleared from view
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const history = useRef<History | null>(null);
  history.current ??= new History(readValue<string[]>(`history:${host}`, []));
  const prompt = term?.prompt ?? greeting(lab.snapshot.value?.hosts.find((h) => h.id === host), host);
  const running = term?.running ?? false;
  const secret = term?.secret ?? false;

  useEffect(() => { if (!secret) writeValue(`line:${lab.session}:${id}`, line); }, [line, secret]);
  useLayoutEffect(() => {
    const el = box.current;
    if (el && shown) el.scrollTop = el.scrollHeight;
  }, [chunks, mine.length, choices, shown]);
  useEffect(() => {
    if (shown && view.wantTerminal.value > 0) input.current?.focus();
  }, [shown, view.wantTerminal.value]);
  useEffect(() => {
    const offer = view.offer.value;
    if (!shown || !offer || offer.host !== host) return;
    view.offer.value = undefined;
    setLine(offer.line);
    input.current?.focus();
  }, [shown, view.offer.value]);

  const enter = (text: string) => {
    if (!secret) {
      // Another tab of the browser may have added lines meanwhile.
      history.current!.add(text);
      writeValue(`history:${host}`, history.current!.lines);
    }
    setLine('');
    setChoices([]);
    void actions.do({ input: { term: id, lines: [text] } });
  };
  const key = (name: string) => void lab.do({ key: { term: id, key: name } });

  const put = (text: string, at: number) => {
    setLine(text);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };

  const tab = async () => {
    const el = input.current!;
    const at = el.selectionStart ?? line.length;
    const answer = await lab.ask({ complete: { term: id, line, pos: at } });
    if (!answer.complete || el.value !== line) return;
    const done = complete(line, at, answer.complete.from, answer.complete.words);
    put(done.text, done.at);
    setChoices(done.choices);
  };

  const onKeyDown = (e: KeyboardEvent) => {
    // While Hangul is being composed, Enter ends the syllable and is not ours.
    if (e.isComposing || e.keyCode === 229) return;
    const el = e.currentTarget as HTMLInputElement;
    if (e.key === 'Enter') {
      e.preventDefault();
      if (!e.repeat) enter(el.value);
    } else if (e.key === 'Tab' && !e.shiftKey && !e.ctrlKey && !e.altKey && (line !== '' || running)) {
      e.preventDefault();
      void tab();
    } else if (e.key === 'ArrowUp' || e.key === 'ArrowDown') {
      e.preventDefault();
      const text = e.key === 'ArrowUp' ? history.current!.back(line) : history.current!.forward(line);
      put(text, text.length);
    } else if (e.ctrlKey && !e.altKey && !e.metaKey && !e.shiftKey) controlKey(e, el);
    e.stopPropagation();
  };

  const controlKey = (e: KeyboardEvent, el: HTMLInputElement) => {
    const selected = el.selectionStart !== el.selectionEnd || String(getSelection() ?? '') !== '';
    if (e.key === 'c' && !selected) {
      e.preventDefault();
      setLine('');
      setChoices([]);
      key('interrupt');
    } else if (e.key === 'd' && el.value === '') {
      e.preventDefault();
      key('eof');
    } else if (e.key === 'z') {
      e.preventDefault();
      if (running) key('suspend');
    } else if (e.key === 'l') {
      e.preventDefault();
      setHidden(chunks[chunks.length - 1]?.n ?? 0);
    } else {
      const next = control(e.key, { text: el.value, at: el.selectionStart ?? 0 });
      if (!next) return;
      e.preventDefault();
      put(next.text, next.at);
    }
  };

  const onPaste = (e: ClipboardEvent) => {
    const text = e.clipboardData?.getData('text') ?? '';
    if (!/[\r\n]/.test(text)) return;
    e.preventDefault();
    const all = (line + text).split(/\r\n|\r|\n/);
    const last = all.pop() ?? '';
    for (const l of all) history.current!.add(l);
    writeValue(`history:${host}`, history.current!.lines);
    setLine(last);
    if (all.length > 0) void actions.do({ input: { term: id, lines: all } });
  };

  const focusInput = () => {
    if (String(getSelection() ?? '') === '') input.current?.focus({ preventScroll: true });
  };

  return (
    <div class="terminal" hidden={!shown} onClick={focusInput} ref={box}>
      <div role="log" aria-label={w.termLog(host)} aria-live={shown ? 'polite' : 'off'}><ol class="term-log">
        {chunks.filter((c) => c.n > hidden).map((c) => <ChunkView key={c.n} chunk={c} />)}
        {moment ? null : mine.map((c) => c.input!.lines.map((l, i) => <li key={c.id + i} class="term-wait"><span class="prompt">{prompt}</span>{secret ? '' : l} <span class="spin" title={w.queued} /></li>))}
        {choices.length > 0 ? <li class="term-choices muted">{choices.slice(0, 60).join('  ')}</li> : null}
      </ol></div>
      {term?.closed && !moment ? (
        <div class="term-closed" role="status">
          <Icon name="cross" size={14} /><span><strong>{w.termClosed}</strong> {say(term.closed)}</span>
          {term.via === 'ssh' ? <button type="button" class="btn small-btn" onClick={() => key('open')}>{w.reconnectSsh}</button> : null}
          {lab.world.value?.down?.includes(host)
            ? <button type="button" class="btn small-btn" onClick={() => void actions.do({ power: { host, to: 'on' } })}>{w.powerOn}</button>
            : <button type="button" class="btn small-btn" onClick={() => openWay(desk, host, 'console')}>{w.reconnectConsole}</button>}
        </div>
      ) : null}
      {term?.cut && !term.closed ? (
        <div class="term-closed" role="status">
          <Icon name="wait" size={14} /><strong>{w.noAnswer(host)}</strong>
          <button type="button" class="btn small-btn" onClick={() => void actions.do({ input: { term: id, lines: ['~.'] } })}>{w.dropSsh}</button>
          <button type="button" class="btn small-btn" onClick={() => openWay(desk, host, 'console')}>{w.reconnectConsole}</button>
        </div>
      ) : null}
      <div class="term-entry" hidden={term?.closed !== undefined || moment !== 0 || lab.snapshot.value?.session.readOnly}>
        {mine.length === 0 ? <span class="prompt" aria-hidden="true">{running ? '' : prompt}</span> : null}
        <input ref={input} class="term-input" {...({ type: secret ? 'password' : 'text', autocorrect: 'off', enterkeyhint: 'send' } as object)} value={line} aria-label={secret ? w.password : w.termInput(host)} title={w.leaveHint}
          autocomplete="off" autocapitalize="off" spellcheck={false}
          onInput={(e) => { setLine(e.currentTarget.value); if (choices.length > 0) setChoices([]); }} onKeyDown={onKeyDown} onPaste={onPaste} />
        {running ? (
          <span class="term-running">
            <button type="button" class="btn small-btn" onClick={() => void actions.advance(10e9)}>{w.waitMore('10 s')}</button>
            <button type="button" class="btn small-btn" onClick={() => key('interrupt')} title="Ctrl+C"><Icon name="close" size={12} />{w.stop}</button>
          </span>
        ) : null}
      </div>
    </div>
  );
}

// Goes to a host's terminal of one way, or opens one.
function openWay({ lab, view, actions }: Desk, host: string, via: string): void {
  const there = lab.world.peek()?.terms.find((t) => t.host === host && t.via === via && !t.closed);
  if (there) view.openTab(`term:${there.id}`);
  else void actions.do({ open: { host, via } }).then((r) => { if (r.term) view.openTab(`term:${r.term}`); });
}

/** The ways to a terminal's host, where there is more than one: its console, ssh. */
export function TermWays({ id }: { id: string }): JSX.Element | null {
  const desk = useDesk();
  const { lab } = desk;
  const w = words.value;
  const host = id.split('/')[0];
  const term = lab.world.value?.terms.find((t) => t.id === id);
  const ways = lab.snapshot.value?.hosts.find((h) => h.id === host)?.via ?? [];
  if (ways.length < 2) return null;
  return (
    <div class="term-ways small" role="group" aria-label={w.openOn}>
      {ways.map((way) => {
        const here = (term?.via ?? ways[0]) === way;
        return (
          <button type="button" class="btn small-btn" key={way} aria-pressed={here} title={here && term?.from ? w.sshFrom(term.from) : undefined} onClick={() => openWay(desk, host, way)}>
            {way === 'console' ? w.viaConsole : w.viaSsh}
          </button>
        );
      })}
    </div>
  );
}

const none: readonly Chunk[] = [];

/** The prompt of a login shell, until the terminal has told its own. */
function greeting(host: Host | undefined, name: string): string {
  const user = host?.users[0] ?? 'root';
  const sign = user === 'root' ? '#' : '$';
  return host?.distro === 'redhat' ? `[${user}@${name} ~]${sign} ` : `${user}@${name}:~${sign} `;
}

function ChunkView({ chunk: c }: { chunk: Chunk }): JSX.Element {
  const { view } = useDesk();
  const w = words.value;
  return (
    <li>
      {c.input ? (
        <div class="term-in">
          <span class="prompt">{c.input.prompt}</span>{c.input.line}
          {c.from && c.to ? <button type="button" class="link small term-trace" onClick={(e) => { e.stopPropagation(); view.select(c.from!); }}>{w.showTrace} #{c.from}</button> : null}
        </div>
      ) : null}
      {c.output ? <pre class="term-out">{runs(c.output.replace(/\n$/, '')).map((r, i) => (r.className ? <span key={i} class={r.className}>{r.text}</span> : r.text))}</pre> : null}
      {c.cut ? <span class="muted">{w.cutBytes(thousands(c.cut))}</span> : null}
    </li>
  );
}
