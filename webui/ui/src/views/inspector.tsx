import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { labelOf } from '../core/action';
import { duration, WallClock } from '../core/duration';
import { hexLines, decode } from '../core/hex';
import { verdictOfRow, type Verdict } from '../core/kinds';
import type { EventDetail, Problem, Row, Why, WhyLink } from '../protocol';
import { useDesk } from '../state/context';
import type { InspectorTab, TrialEvent } from '../state/view';
import { say, words } from '../words';
import { SpanCapture } from './capture';
import { Tabs } from './controls';
import { Icon, VerdictMark } from './icons';
import { nameOf } from './names';
import { Talk } from './talk';
import { Shape } from './trace';

/** Everything about the selected event. */
export function Inspector(): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  void lab.grown.value;
  const row = lab.log.get(view.selected.value);
  const trial = view.trial.value;
  return (
    <section class="region inspector" aria-label={w.inspector} tabIndex={-1} data-region>
      {trial ? <TrialEventView key={`${trial.epoch}/${trial.seq}`} event={trial} /> : row ? <EventView row={row} /> : <p class="muted pad">{w.nothingSelected}</p>}
    </section>
  );
}

function EventView({ row }: { row: Row }): JSX.Element {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  const [detail, problem] = useDetail(lab.log.epoch, row.seq);
  const took = lab.log.duration(row.seq);
  return (
    <>
      <Head row={row} verdict={lab.fates.verdict(row.seq)}>
        {took ? <span>{w.took} {duration(took)}</span> : null}
        <button type="button" class="link small" onClick={() => playback.seek(row.seq)}>{w.showMoment}</button>
        <SpanCapture row={row} />
      </Head>
      <Sides sides={['why', 'message', 'bytes', 'talk']}>
        {view.inspector.value === 'talk' ? <Talk row={row} /> : <Detail detail={detail} problem={problem} />}
      </Sides>
    </>
  );
}

/** An event of the copy of the network a check was made on: it is in no projection of the log. */
function TrialEventView({ event }: { event: TrialEvent }): JSX.Element {
  const { view } = useDesk();
  const w = words.value;
  const [detail, problem] = useDetail(event.epoch, event.seq);
  const row = detail?.row;
  return (
    <>
      <p class="strip trial" role="note"><Icon name="check" size={14} /><span>{w.trialEvent}</span>
        <button type="button" class="btn small-btn" onClick={() => { view.trial.value = undefined; }}>{w.close}</button></p>
      {row ? <Head row={row} verdict={verdictOfRow(row)} /> : null}
      <Sides sides={['why', 'message', 'bytes']}><Detail detail={detail} problem={problem} /></Sides>
    </>
  );
}

function Head({ row, verdict, children }: { row: Row; verdict: Verdict; children?: ComponentChildren }): JSX.Element {
  const { lab } = useDesk();
  const w = words.value;
  return (
    <>
      <div class="insp-head">
        <Shape row={row} />
        <strong class="insp-label" title={labelOf(row, w)}>{labelOf(row, w)}</strong>
        <VerdictMark verdict={verdict} word={w.verdict[verdict]} />
      </div>
      <p class="insp-where muted">
        <span>#{row.seq}</span> <span>{row.kind}</span>
        <span>{nameOf(lab, row.node)}{row.peer ? <> <Icon name="chevron" size={11} /> {nameOf(lab, row.peer)}</> : null}</span>
        <span>{new WallClock(lab.snapshot.value!.start).exact(row.at)}</span>
        {children}
      </p>
    </>
  );
}

/** The sides of an event, one at a time. */
function Sides({ sides, children }: { sides: readonly InspectorTab[]; children: ComponentChildren }): JSX.Element {
  const { view } = useDesk();
  const w = words.value;
  const names: Record<InspectorTab, string> = { why: w.why, message: w.message, bytes: w.bytes, talk: w.talk };
  const side = sides.includes(view.inspector.value) ? view.inspector.value : 'why';
  return (
    <>
      <Tabs items={sides.map((id) => ({ id, label: names[id] }))} value={side} onChange={(id) => { view.inspector.value = id as InspectorTab; }} label={w.inspector} panel="insp-panel" />
      <div class="insp-body" id="insp-panel" role="tabpanel" tabIndex={0} aria-label={names[side]}>{children}</div>
    </>
  );
}

/** What the server tells of an event of a log. */
function useDetail(epoch: number, seq: number): [EventDetail | undefined, Problem | undefined] {
  const { lab } = useDesk();
  const [known, setKnown] = useState<{ key: string; detail?: EventDetail; problem?: Problem }>();
  const key = `${epoch}/${seq}`;
  useEffect(() => {
    let gone = false;
    void lab.ask({ event: { epoch, seq } }).then((a) => { if (!gone) setKnown({ key, detail: a.event, problem: a.error }); });
    return () => { gone = true; };
  }, [key]);
  return known?.key === key ? [known.detail, known.problem] : [undefined, undefined];
}

function Detail({ detail, problem }: { detail: EventDetail | undefined; problem: Problem | undefined }): JSX.Element {
  const { view } = useDesk();
  if (problem) return <p class="error">{say(problem.text)}</p>;
  if (!detail) return <p class="muted">{words.value.loading}</p>;
  switch (view.inspector.value) {
    case 'message': return <Message detail={detail} />;
    case 'bytes': return <Bytes key={detail.row.seq} detail={detail} />;
    default: return <WhyView why={detail.why} detail={detail} />;
  }
}

function WhyView({ why, detail }: { why: Why | undefined; detail: EventDetail }): JSX.Element {
  const { view } = useDesk();
  const w = words.value;
  return (
    <>
      {why ? <p class="why-verdict">{say(why.verdict)}</p> : null}
      {why?.rule ? <p><span class="tag">{w.rule}</span> <code>{why.rule.name}</code> {say(why.rule.text)}</p> : null}
      {why?.compared?.length ? (
        <table class="compared">
          <thead><tr><th scope="col">{w.compared}</th><th scope="col">{w.want}</th><th scope="col">{w.got}</th><th scope="col"><span class="hidden">{w.same}</span></th></tr></thead>
          <tbody>
            {why.compared.map((c, i) => (
              <tr key={i}>
                <th scope="row">{say(c.name)}</th><td><code>{c.want}</code></td>
                <td><code>{c.got}</code>{c.seq ? <> <EventLink seq={c.seq} /></> : null}</td>
                <td><span class={`verdict ${c.same ? 'v-ok' : 'v-bad'}`}><Icon name={c.same ? 'check' : 'cross'} size={13} /><span class="hidden">{c.same ? w.same : w.differs}</span></span></td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {why?.links?.length ? <div class="why-links">{why.links.map((l, i) => <WhyLinkView key={i} link={l} />)}</div> : null}
      {view.trial.value ? null : <Relations row={detail.row} />}
      {!why && !detail.fields?.length ? <p class="muted">{w.noWhy}</p> : null}
      {detail.fields?.length ? <dl class="pairs fields">{detail.fields.map((f, i) => <div key={i}><dt>{f.name}</dt><dd><code>{f.value}</code></dd></div>)}</dl> : null}
    </>
  );
}

function WhyLinkView({ link }: { link: WhyLink }): JSX.Element {
  const { view, actions } = useDesk();
  const w = words.value;
  if (link.advance) {
    return <button type="button" class="btn small-btn" onClick={() => void actions.advance(link.advance!)}><Icon name="skip" /><span>{w.skipTime(duration(link.advance))}</span> <span class="muted">{say(link.label)}</span></button>;
  }
  if (link.seq) return <button type="button" class="link ref" onClick={() => view.goTo(link.seq!)}><Icon name="linked" size={13} /><span>{say(link.label)}</span> <span class="muted">#{link.seq}</span></button>;
  const place = `${link.host}:${link.path ?? ''}${link.line ? ':' + link.line : ''}`;
  return (
    <button type="button" class="link ref" onClick={() => (link.path ? view.openFile(link.host!, link.path, link.line) : view.openHost(link.host!))}>
      <Icon name="file" size={13} /><span>{say(link.label)}</span> <code class="muted">{place}</code>
    </button>
  );
}

function EventLink({ seq, children }: { seq: number; children?: string }): JSX.Element {
  const { view } = useDesk();
  return <button type="button" class="link small" onClick={() => view.goTo(seq)}>{children ?? `#${seq}`}</button>;
}

/** Cross-links to earlier and later events, and the cause. */
function Relations({ row }: { row: Row }): JSX.Element | null {
  const { lab } = useDesk();
  const w = words.value;
  const list: { key: string; name: string; seq: number }[] = [];
  for (const r of row.refs ?? []) list.push({ key: `r${r.seq}${r.rel}`, name: w.rel[r.rel] ?? r.rel, seq: r.seq });
  for (const seq of lab.log.referrers(row.seq).slice(0, 8)) {
    for (const r of lab.log.get(seq)?.refs ?? []) if (r.seq === row.seq) list.push({ key: `b${seq}${r.rel}`, name: w.relBack[r.rel] ?? r.rel, seq });
  }
  if (row.cause) list.push({ key: 'cause', name: w.cause, seq: row.cause });
  if (list.length === 0) return null;
  return (
    <dl class="pairs">
      {list.map((l) => <div key={l.key}><dt>{l.name}</dt><dd><EventLink seq={l.seq}>{`#${l.seq} ${lab.log.get(l.seq)?.label.slice(0, 60) ?? ''}`}</EventLink></dd></div>)}
    </dl>
  );
}

function Message({ detail }: { detail: EventDetail }): JSX.Element {
  const w = words.value;
  const text = detail.message ?? (detail.label.includes('\n') || detail.label !== detail.row.label ? detail.label : '');
  if (!text) return <p class="muted">{w.noMessage}</p>;
  return <pre class="wiretext" tabIndex={0}>{text}</pre>;
}

function Bytes({ detail }: { detail: EventDetail }): JSX.Element {
  const w = words.value;
  const [part, setPart] = useState(-1);
  if (!detail.wire) return <p class="muted">{w.noBytes}</p>;
  const bytes = decode(detail.wire);
  const chosen = detail.parts?.[part];
  return (
    <>
      <pre class="hex" tabIndex={0}>
        {hexLines(bytes).map((l) => (
          <div key={l.at}>
            <span class="muted">{l.at.toString(16).padStart(4, '0')}</span>{'  '}
            {l.bytes.map((b, i) => <span key={i} class={chosen && l.at + i >= chosen.from && l.at + i < chosen.to ? 'lit' : ''}>{b}{i === 3 ? '  ' : ' '}</span>)}
            <span class="muted">{' '}{l.text}</span>
          </div>
        ))}
      </pre>
      {detail.parts?.length ? (
        <ul class="parts">
          {detail.parts.map((p, i) => (
            <li key={i}><button type="button" class="part" aria-pressed={i === part} onClick={() => setPart(i === part ? -1 : i)} onMouseEnter={() => setPart(i)}>
              <code class="muted">{p.from}–{p.to - 1}</code> {p.name}</button></li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
