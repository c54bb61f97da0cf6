import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { File, Issue, Lint, Problem } from '../protocol';
import type { TextEditor } from '../editor/codemirror';
import { useDesk } from '../state/context';
import { read, readValue, write, writeValue } from '../state/storage';
import { say, words } from '../words';
import { tabText } from '../state/view';
import { Icon } from './icons';

interface Draft { text: string; base: string }

function draftKey(session: string, host: string, path: string): string {
  return `draft:${session}:${host}:${path}`;
}

/** Whether a file has text that is not saved. */
export function isDirty(session: string, host: string, path: string): boolean {
  return read(draftKey(session, host, path)) !== undefined;
}

/** A file of a host in an editor, with what its daemon's checker says. */
export function Editor({ host, path }: { host: string; path: string }): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const key = draftKey(lab.session, host, path);
  const [file, setFile] = useState<File>();
  const [problem, setProblem] = useState<Problem>();
  const [text, setText] = useState('');
  const [base, setBase] = useState('');
  const [lint, setLint] = useState<Lint>();
  const [conflict, setConflict] = useState(false);
  const [jump, setJump] = useState({ line: 0, n: 0 });
  const saving = lab.waiting.value.some((c) => c.write?.host === host && c.write.path === path);
  const dirty = file !== undefined && (text !== file.text || (file.missing === true && text === '' && base === 'new'));

  const load = async (fresh: boolean) => {
    const a = await lab.ask({ file: { host, path } });
    setProblem(a.error);
    if (!a.file) return;
    if (fresh) write(key, undefined);
    const draft = readValue<Draft | undefined>(key, undefined);
    setFile(a.file);
    setText(draft?.text ?? a.file.text);
    setBase(draft?.base ?? a.file.version);
    setConflict(draft !== undefined && draft.base !== a.file.version);
  };
  useEffect(() => { void load(false); }, []);

  // Somebody may have changed the file in a terminal meanwhile.
  const last = lab.world.value?.last ?? 0;
  useEffect(() => {
    if (!file || saving) return undefined;
    const timer = setTimeout(() => {
      void lab.ask({ file: { host, path } }).then((a) => {
        if (!a.file || a.file.version === file.version) return;
        if (isDirty(lab.session, host, path)) setConflict(true);
        else {
          setFile(a.file);
          setText(a.file.text);
          setBase(a.file.version);
        }
      });
    }, 300);
    return () => clearTimeout(timer);
  }, [last, lab.snapshot.value]);

  useEffect(() => {
    if (!file || file.binary) return undefined;
    let gone = false;
    const timer = setTimeout(() => {
      void lab.ask({ lint: { host, path, text } }).then((a) => { if (!gone) setLint(a.lint); });
    }, 400);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [text, file?.version]);

  useEffect(() => {
    const goto = view.goto.value;
    if (!file || !goto || goto.tab !== tabText({ kind: 'file', host, path })) return;
    view.goto.value = undefined;
    setJump({ line: goto.line, n: jump.n + 1 });
  }, [view.goto.value, file !== undefined]);

  const change = (value: string) => {
    setText(value);
    if (file && value !== file.text) writeValue(key, { text: value, base });
    else write(key, undefined);
  };

  const save = async (over: boolean) => {
    if (!file || file.fixed || saving) return;
    const sent = text;
    const result = await lab.do({ write: { host, path, text: sent, base: over || file.missing ? undefined : base } });
    if (result.error) {
      if (result.error.code === 'conflict') setConflict(true);
      else actions.refuse(result.error);
      return;
    }
    const a = await lab.ask({ file: { host, path } });
    if (!a.file) return;
    setFile(a.file);
    setBase(a.file.version);
    setConflict(false);
    if (readValue<Draft | undefined>(key, undefined)?.text === sent) write(key, undefined);
    view.tabs.value = [...view.tabs.value]; // the tab's mark of unsaved text
  };

  if (problem) return <p class="error pad">{say(problem.text)}</p>;
  if (!file) return <p class="muted pad">{w.loading}</p>;
  const fixed = file.fixed === true || lab.snapshot.value?.session.readOnly === true;
  if (file.binary) return <p class="muted pad">{w.binaryFile}</p>;
  const here = lint?.issues?.filter((i) => !i.file || i.file === path) ?? [];
  return (
    <div class="editor" onKeyDown={(e) => {
      if ((e.ctrlKey || e.metaKey) && e.key === 's') {
        e.preventDefault();
        void save(false);
      }
    }}>
      <div class="editor-bar">
        <code class="editor-path"><span class="muted">{host}:</span>{path}</code>
        {file.mode ? <code class="muted small">{file.mode} {file.owner}:{file.group}</code> : null}
        <span class="grow" />
        <span class={`small ${dirty ? 'v-temp' : 'muted'}`} role="status">{fixed ? w.fixedFile : file.missing ? w.newFile : dirty ? w.unsaved : w.saved}</span>
        {dirty ? <button type="button" class="btn small-btn" onClick={() => void load(true)}>{w.discard}</button> : null}
        <button type="button" class="btn small-btn primary" disabled={saving || fixed || (!dirty && !file.missing)} onClick={() => void save(false)} title="Ctrl+S">{w.save}</button>
      </div>
      {conflict ? (
        <div class="strip" role="alert"><Icon name="bang" size={14} /><span>{w.conflict}</span><span class="grow" />
          <button type="button" class="btn small-btn" onClick={() => { setConflict(false); void load(true); }}>{w.takeTheirs}</button>
          <button type="button" class="btn small-btn" onClick={() => void save(true)}>{w.keepMine}</button></div>
      ) : null}
      <TextArea text={text} issues={here} lang={file.lang ?? 'text'} fixed={fixed} label={w.editorOf(`${host}:${path}`)} jump={jump} onChange={change} />
      <LintList lint={lint} path={path} goTo={(line) => setJump({ line, n: jump.n + 1 })} />
    </div>
  );
}

function LintList({ lint, path, goTo }: { lint: Lint | undefined; path: string; goTo: (line: number) => void }): JSX.Element {
  const w = words.value;
  const issues = lint?.issues ?? [];
  return (
    <div class="lint" role="status">
      {!lint ? <span class="muted">…</span> : !lint.command ? <span class="muted">{w.lintNone}</span> : issues.length === 0
        ? <span class="verdict v-ok"><Icon name="check" size={13} />{w.lintOk(lint.command)}</span>
        : (
          <>
            <span class="small muted">{lint.command}: {w.lintCount(issues.length)}</span>
            <ul>{issues.slice(0, 20).map((i, n) => <IssueLine key={n} issue={i} path={path} goTo={goTo} />)}</ul>
          </>
        )}
    </div>
  );
}

function IssueLine({ issue, path, goTo }: { issue: Issue; path: string; goTo: (line: number) => void }): JSX.Element {
  const w = words.value;
  const here = !issue.file || issue.file === path;
  return (
    <li class={issue.severity === 'error' ? 'v-bad' : issue.severity === 'warning' ? 'v-temp' : ''}>
      <Icon name={issue.severity === 'error' ? 'cross' : 'bang'} size={13} />
      {here && issue.line ? <button type="button" class="link" onClick={() => goTo(issue.line!)}>{w.line(issue.line)}</button> : null}
      <code>{issue.message}</code>
    </li>
  );
}

interface AreaProps { text: string; issues: Issue[]; lang: string; fixed: boolean; label: string; jump: { line: number; n: number }; onChange: (text: string) => void }

/** The editor proper: a plain text area until the lazy one has come. */
function TextArea(p: AreaProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const [editor, setEditor] = useState<TextEditor>();
  const onChange = useRef(p.onChange);
  onChange.current = p.onChange;

  useEffect(() => {
    let made: TextEditor | undefined;
    let gone = false;
    void import('../editor/codemirror').then(({ TextEditor }) => {
      if (gone || !place.current) return;
      const hadFocus = document.activeElement === plain.current;
      made = new TextEditor(place.current, { text: plain.current?.value ?? p.text, lang: p.lang, fixed: p.fixed, label: p.label, onChange: (t) => onChange.current(t) });
      setEditor(made);
      if (hadFocus) made.focus();
    }, () => {}); // without it the plain text area stays
    return () => {
      gone = true;
      made?.destroy();
    };
  }, []);
  useEffect(() => editor?.setText(p.text), [editor, p.text]);
  useEffect(() => editor?.setIssues(p.issues), [editor, p.issues]);
  useEffect(() => {
    if (!p.jump.line) return;
    if (editor) editor.goTo(p.jump.line);
    else if (plain.current) {
      const at = p.text.split('\n').slice(0, p.jump.line - 1).join('\n').length + 1;
      plain.current.setSelectionRange(at, at);
      plain.current.focus();
    }
  }, [editor, p.jump.n]);
  return (
    <div class="editor-text">
      {editor ? null : <textarea ref={plain} class="editor-plain" value={p.text} readOnly={p.fixed} aria-label={p.label} spellcheck={false} onInput={(e) => p.onChange(e.currentTarget.value)} />}
      <div class="editor-rich" hidden={!editor} ref={place} />
    </div>
  );
}
