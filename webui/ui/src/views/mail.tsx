import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { WallClock } from '../core/duration';
import type { Account, MailAction, Mailbox, MailMessage, Problem } from '../protocol';
import { useDesk } from '../state/context';
import { readValue, writeValue } from '../state/storage';
import { say, words } from '../words';
import { Icon } from './icons';
import { useMoment } from './past';

/** A small mail program: accounts, inbox, reading, writing. All of a mail is shown as text. */
export function MailView(): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const accounts = lab.snapshot.value?.accounts ?? [];
  const account = useSignal(accounts[0]?.id ?? '');
  const message = useSignal('');
  const chosen = accounts.find((a) => a.id === account.value) ?? accounts[0];
  const moment = useMoment();
  const past = view.moment.value !== 0;
  const [box, setBox] = useState<Mailbox>();
  const [problem, setProblem] = useState<Problem>();
  const [count, setCount] = useState(0);
  const unread = lab.world.value?.unread?.find((u) => u.account === chosen.id)?.n ?? 0;
  useEffect(() => {
    let gone = false;
    void lab.ask({ mailbox: { account: chosen.id, at: moment } }).then((a) => {
      if (gone) return;
      setBox(a.mailbox);
      setProblem(a.error);
    });
    return () => { gone = true; };
  }, [chosen.id, unread, count, moment, moment ? 0 : lab.world.value?.now]);
  const busy = lab.waiting.value.some((c) => c.fetch);
  const clock = new WallClock(lab.snapshot.value!.start);
  return (
    <div class="split mail">
      <div class="split-list">
        {accounts.length > 1
          ? <select class="input" aria-label={w.account} value={chosen.id} onChange={(e) => { account.value = e.currentTarget.value; message.value = ''; }}>{accounts.map((a) => <option key={a.id} value={a.id}>{say(a.label)}</option>)}</select>
          : <strong>{say(chosen.label)}</strong>}
        <div class="mail-do">
          <button type="button" class="btn" disabled={busy || past} onClick={() => void actions.do({ fetch: { account: chosen.id } }).then(() => setCount(count + 1))}><Icon name="inbox" /><span>{w.refresh}</span></button>
          <button type="button" class="btn" disabled={past} aria-pressed={message.value === 'new'} onClick={() => { message.value = 'new'; }}><Icon name="plus" /><span>{w.compose}</span></button>
        </div>
        {problem ? <p class="error">{say(problem.text)}</p> : null}
        {box && box.messages.length === 0 ? <p class="muted pad">{w.noMail}</p> : null}
        <ul class="mails" aria-label={w.inbox}>
          {box?.messages.map((m) => (
            <li key={m.id}>
              <button type="button" class={`split-item ${message.value === m.id ? 'chosen' : ''} ${m.unread ? 'unread' : ''}`} aria-current={message.value === m.id} onClick={() => { message.value = m.id; }}>
                <span class="mail-from">{m.from}</span><span class="muted small">{clock.time(m.at)}</span><span class="mail-subject">{m.subject || '-'}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div class="split-main">
        {message.value === 'new' && !past ? <Compose account={chosen} /> : message.value && message.value !== 'new' ? <Reader key={message.value} account={chosen.id} id={message.value} moment={moment} /> : <p class="muted">{w.selectMail}</p>}
      </div>
    </div>
  );
}

function Reader({ account, id, moment }: { account: string; id: string; moment: number }): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const [mail, setMail] = useState<MailMessage>();
  const [problem, setProblem] = useState<Problem>();
  const [form, setForm] = useState<'text' | 'headers' | 'source'>('text');
  useEffect(() => {
    void lab.ask({ message: { account, id, at: moment } }).then((a) => {
      setMail(a.message);
      setProblem(a.error);
    });
  }, [account, id, moment]);
  if (problem) return <p class="error">{say(problem.text)}</p>;
  if (!mail) return <p class="muted">{w.loading}</p>;
  const s = mail.summary;
  return (
    <article class="message">
      <h3>{s.subject || '-'}</h3>
      <dl class="pairs"><div><dt>{w.from}</dt><dd>{s.from}</dd></div><div><dt>{w.to}</dt><dd>{s.to}</dd></div></dl>
      <div class="row">
        {([['text', w.readable], ['headers', w.headers], ['source', w.source]] as const).map(([key, label]) => <button type="button" key={key} class="btn small-btn" aria-pressed={form === key} onClick={() => setForm(key)}>{label}</button>)}
        {s.seq ? <button type="button" class="link" onClick={() => view.select(s.seq!)}><Icon name="linked" size={13} />{w.delivery} #{s.seq}</button> : null}
      </div>
      {form === 'headers' ? <dl class="pairs fields">{mail.header.map((h, i) => <div key={i}><dt>{h.name}</dt><dd><code>{h.value}</code></dd></div>)}</dl>
        : <pre class={form === 'source' ? 'wiretext' : 'mailtext'} tabIndex={0}>{form === 'source' ? mail.raw : mail.body}</pre>}
    </article>
  );
}

function Compose({ account }: { account: Account }): JSX.Element {
  const { lab, actions } = useDesk();
  const w = words.value;
  const key = `mail:${lab.session}:${account.id}`;
  const [draft, setDraft] = useState<MailAction>(() => readValue(key, { from: account.from, to: '', via: account.via, subject: '', body: '' }));
  useEffect(() => writeValue(key, draft), [draft]);
  const busy = lab.waiting.value.some((c) => c.mail);
  const set = (part: Partial<MailAction>) => setDraft({ ...draft, ...part });
  const send = async () => {
    const result = await actions.do({ mail: draft });
    if (result.error) return;
    if (!result.note) actions.tell({ ko: w.sentNote, en: w.sentNote });
    set({ subject: '', body: '' });
  };
  return (
    <form class="form" onSubmit={(e) => { e.preventDefault(); if (!busy) void send(); }}>
      <label class="field"><span>{w.from}</span><input class="input" value={draft.from} onInput={(e) => set({ from: e.currentTarget.value })} spellcheck={false} /></label>
      <label class="field"><span>{w.to}</span><input class="input" value={draft.to} required onInput={(e) => set({ to: e.currentTarget.value })} spellcheck={false} /></label>
      <label class="field"><span>{w.subject}</span><input class="input" value={draft.subject} onInput={(e) => set({ subject: e.currentTarget.value })} /></label>
      <label class="field"><span>{w.body}</span><textarea class="input" rows={5} value={draft.body} onInput={(e) => set({ body: e.currentTarget.value })} /></label>
      <div class="row"><button type="submit" class="btn primary" disabled={busy}><Icon name="mail" />{w.send}</button><span class="muted">{w.via} {draft.via}</span></div>
    </form>
  );
}
