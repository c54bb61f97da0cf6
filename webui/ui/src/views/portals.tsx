import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { duration } from '../core/duration';
import type { PortalForm, PortalInfo, Ticket } from '../protocol';
import { useDesk } from '../state/context';
import { say, words } from '../words';
import { Icon } from './icons';

/** The people outside one may ask: ISP, registrar, block list. */
export function Portals(): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const moment = view.moment.value;
  const portals = lab.snapshot.value?.portals ?? [];
  const tickets = (lab.world.value?.tickets ?? []).filter((t) => !moment || t.at <= moment);
  const [form, setForm] = useState('');
  const all = portals.flatMap((p) => p.requests.map((r) => ({ portal: p, request: r, id: `${p.id}/${r.id}` })));
  const main = useRef<HTMLDivElement>(null);
  // The answer stands above the form.
  useEffect(() => { if (main.current) main.current.scrollTop = 0; }, [tickets.length]);
  const chosen = all.find((a) => a.id === form) ?? all[0];
  if (!chosen) return <p class="muted pad">{w.noPortals}</p>;
  return (
    <div class="split">
      <nav class="split-list" aria-label={w.portals}>
        {portals.map((p) => (
          <div key={p.id} class="portal-group">
            <h3>{say(p.title)}</h3>
            {p.requests.map((r) => (
              <button type="button" key={r.id} class={`split-item ${chosen.id === `${p.id}/${r.id}` ? 'chosen' : ''}`} aria-current={chosen.id === `${p.id}/${r.id}`} onClick={() => setForm(`${p.id}/${r.id}`)}>{say(r.title)}</button>
            ))}
          </div>
        ))}
      </nav>
      <div class="split-main" ref={main}>
        {tickets.length === 0 ? null : (
          <>
            <h3>{w.tickets}</h3>
            <ul class="items" aria-live="polite">{[...tickets].reverse().map((t) => <TicketView key={t.id} ticket={t} title={say(all.find((a) => a.id === `${t.portal}/${t.request}`)?.request.title) || t.request} />)}</ul>
          </>
        )}
        {moment ? null : <RequestForm key={chosen.id} portal={chosen.portal} form={chosen.request} />}
      </div>
    </div>
  );
}

function TicketView({ ticket: t, title }: { ticket: Ticket; title: string }): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const now = lab.world.value?.now ?? 0;
  const [icon, tone, word] = t.state === 'done' ? (['check', 'v-ok', w.ticketDone] as const) : t.state === 'refused' ? (['cross', 'v-bad', w.ticketRefused] as const) : (['hourglass', 'v-wait', w.ticketOpen] as const);
  return (
    <li class="item">
      <p class="row"><span class={`verdict ${tone}`}><Icon name={icon} size={14} />{word}</span><strong>{title}</strong>
        {t.state === 'open' && t.due && t.due > now ? <>
          <span class="muted">{w.due(duration(t.due - now))}</span>
          <button type="button" class="btn small-btn" onClick={() => void actions.advance(t.due! - now)}><Icon name="skip" size={14} />{w.waitFor}</button>
        </> : null}
        {t.seq ? <button type="button" class="link small" onClick={() => view.select(t.seq!)}>#{t.seq}</button> : null}</p>
      {say(t.reply) ? <p>{say(t.reply)}</p> : null}
    </li>
  );
}

function RequestForm({ portal, form }: { portal: PortalInfo; form: PortalForm }): JSX.Element {
  const { actions, lab } = useDesk();
  const w = words.value;
  const [values, setValues] = useState<Record<string, string>>({});
  const busy = lab.waiting.value.some((c) => c.portal);
  const send = () => {
    const withValues = Object.fromEntries(form.fields.map((f) => [f.name, values[f.name] ?? f.choices?.[0]?.id ?? '']).filter(([, v]) => v !== ''));
    void actions.do({ portal: { portal: portal.id, request: form.id, with: withValues } });
  };
  return (
    <form class="form" onSubmit={(e) => { e.preventDefault(); if (!busy) send(); }}>
      <h3>{say(portal.title)}: {say(form.title)}</h3>
      {say(form.about) || say(portal.about) ? <p class="muted">{say(form.about) || say(portal.about)}</p> : null}
      {form.fields.map((f) => {
        const set = (value: string) => setValues({ ...values, [f.name]: value });
        return (
          <label class="field" key={f.name}>
            <span>{say(f.label)}{f.optional ? <span class="muted"> ({w.optional})</span> : null}</span>
            {f.choices ? <select class="input" value={values[f.name] ?? f.choices[0]?.id} onChange={(e) => set(e.currentTarget.value)}>{f.choices.map((c) => <option key={c.id} value={c.id}>{say(c.text)}</option>)}</select>
              : f.long ? <textarea class="input" rows={3} required={!f.optional} placeholder={f.hint} value={values[f.name] ?? ''} onInput={(e) => set(e.currentTarget.value)} />
                : <input class="input mono" required={!f.optional} placeholder={f.hint} value={values[f.name] ?? ''} onInput={(e) => set(e.currentTarget.value)} spellcheck={false} autocomplete="off" />}
          </label>
        );
      })}
      <div class="row"><button type="submit" class="btn primary" disabled={busy}>{w.send}</button></div>
    </form>
  );
}
