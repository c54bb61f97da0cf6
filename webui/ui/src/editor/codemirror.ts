import { defaultKeymap, history, historyKeymap, indentLess, insertTab } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Issue } from '../protocol';

export interface TextEditorOptions { text: string; lang: string; fixed: boolean; label: string; onChange: (text: string) => void }

/**
 * The rich editor, a chunk of its own. It lives in a shadow root: there its
 * styles are adopted style sheets, which a strict content policy allows.
 */
export class TextEditor {
  private readonly view: EditorView;
  private silent = false;

  constructor(place: HTMLElement, o: TextEditorOptions) {
    const root = place.shadowRoot ?? place.attachShadow({ mode: 'open', delegatesFocus: true });
    this.view = new EditorView({
      root,
      parent: root as unknown as HTMLElement,
      state: EditorState.create({
        doc: o.text,
        extensions: [
          lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), history(), drawSelection(), bracketMatching(), highlightSelectionMatches(), search({ top: true }), lintGutter(),
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, { key: 'Tab', run: insertTab, shift: indentLess }]),
          language(o.lang), syntaxHighlighting(colors), look, EditorState.tabSize.of(8),
          EditorState.readOnly.of(o.fixed), EditorView.contentAttributes.of({ 'aria-label': o.label, tabindex: '0', spellcheck: 'false', autocorrect: 'off' }),
          EditorView.updateListener.of((u) => { if (u.docChanged && !this.silent) o.onChange(u.state.doc.toString()); }),
        ],
      }),
    });
  }

  focus(): void {
    this.view.focus();
  }

  destroy(): void {
    this.view.destroy();
  }

  /** Takes a text from outside; its own changes come back here unchanged. */
  setText(text: string): void {
    const doc = this.view.state.doc;
    if (doc.length === text.length && doc.toString() === text) return;
    this.silent = true;
    this.view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
    this.silent = false;
  }

  setIssues(issues: readonly Issue[]): void {
    const { doc } = this.view.state;
    const list: Diagnostic[] = [];
    for (const i of issues) {
      if (!i.line || i.line > doc.lines) continue;
      const line = doc.line(i.line);
      const from = Math.min(line.to, line.from + Math.max(0, (i.col ?? 1) - 1));
      list.push({ from, to: Math.max(from, i.col ? Math.min(line.to, from + 1) : line.to), severity: i.severity === 'error' ? 'error' : i.severity === 'warning' ? 'warning' : 'info', message: i.message });
    }
    this.view.dispatch(setDiagnostics(this.view.state, list));
  }

  goTo(line: number): void {
    const { doc } = this.view.state;
    const at = doc.line(Math.max(1, Math.min(doc.lines, line)));
    this.view.dispatch({ selection: { anchor: at.from, head: at.to }, effects: EditorView.scrollIntoView(at.from, { y: 'center' }) });
    this.view.focus();
  }
}

/** Comments, strings, numbers and words: enough for every configuration file here. */
function language(lang: string): Extension {
  const zone = lang === 'zone';
  const slashes = lang === 'named.conf';
  return StreamLanguage.define<{ block: boolean; start: boolean }>({
    startState: () => ({ block: false, start: true }),
    token(s, state) {
      if (s.sol()) state.start = true;
      if (state.block) {
        if (s.skipTo('*/')) {
          s.match('*/');
          state.block = false;
        } else s.skipToEnd();
        return 'comment';
      }
      if (s.eatSpace()) return null;
      const start = state.start;
      state.start = false;
      if (zone ? s.match(';') : s.match('#') || (slashes && s.match('//'))) {
        s.skipToEnd();
        return 'comment';
      }
      if (slashes && s.match('/*')) {
        state.block = true;
        return 'comment';
      }
      if (s.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
      if (zone && s.match(/^\$(ORIGIN|TTL|INCLUDE|GENERATE)\b/)) return 'keyword';
      if (zone && !start && s.match(/^(IN|A|AAAA|NS|MX|CNAME|SOA|PTR|TXT|SRV|CAA|DS|DNSKEY|SPF)\b/i)) return 'keyword';
      if (s.match(/^\d+(\.\d+){3}(\/\d+)?/) || s.match(/^\d+[smhdw]?\b/i)) return 'number';
      if (slashes && s.match(/^(acl|allow-[\w-]+|controls|directory|file|forward(ers|only)?|include|key|listen-on(-v6)?|logging|masters|primaries|notify|options|recursion|type|view|zone|also-notify)\b/)) return 'keyword';
      if (start && s.match(/^[\w.-]+(?=\s*=)/)) return 'propertyName';
      if (s.match(/^[{}();=,]/)) return 'punctuation';
      s.match(/^[\w.$@:*!/-]+/) || s.next();
      return null;
    },
    copyState: (s) => ({ ...s }),
  });
}

const colors = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--muted)' },
  { tag: tags.string, color: 'var(--ok)' },
  { tag: tags.number, color: 'var(--dns)' },
  { tag: tags.keyword, color: 'var(--focus)', fontWeight: '600' },
  { tag: tags.propertyName, color: 'var(--smtp)' },
  { tag: tags.punctuation, color: 'var(--line)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--back)', color: 'var(--text)', fontSize: 'var(--mono-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)', padding: '6px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--muted)', border: 'none', borderRight: '1px solid var(--hair)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--chosen) !important' },
  '.cm-selectionMatch': { backgroundColor: 'var(--chosen)' },
  '.cm-searchMatch': { backgroundColor: 'var(--chosen)', outline: '1px solid var(--focus)' },
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--text)', borderColor: 'var(--hair)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line)' },
  '.cm-diagnostic': { fontFamily: 'var(--mono)', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--warn)' },
  // The library's own signs are data: pictures, which the content policy refuses.
  '&.cm-editor .cm-lint-marker': { content: 'none', width: '9px', height: '9px', margin: '5px 2px', borderRadius: '2px' },
  '&.cm-editor .cm-lint-marker-error': { backgroundColor: 'var(--bad)', transform: 'rotate(45deg)' },
  '&.cm-editor .cm-lint-marker-warning': { backgroundColor: 'var(--warn)', borderRadius: '50%' },
  '&.cm-editor .cm-lint-marker-info': { backgroundColor: 'var(--focus)' },
});
