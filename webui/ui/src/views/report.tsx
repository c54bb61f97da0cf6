import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { WallClock } from '../core/duration';
import { codeIn } from '../core/markup';
import type { Evidence, Item, ItemPart, Report } from '../protocol';
import { useDesk } from '../state/context';
import { say, words } from '../words';
import { Icon, type IconName } from './icons';

/** The result of the last check, every item with what was expected, what was seen, and the proof. */
export function ReportView({ report }: { report: Report }): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const clock = new WallClock(lab.snapshot.value!.start);
  const box = useRef<HTMLDivElement>(null);
  const wanted = view.wantReport.value;
  useEffect(() => {
    if (wanted > 0) box.current?.scrollIntoView({ block: 'start' });
  }, [wanted]);
  return (
    <div class="guide-block report" id="report" ref={box}>
      <h2 class="region-title">{w.results}<span class="muted"> {w.checkedAt(clock.time(report.at))}</span></h2>
      <p class="score"><strong>{w.passed(report.passed, report.total)}</strong> <span class="muted">{w.points(number(report.score), number(report.max))}</span></p>
      <div class="meter" role="img" aria-label={w.points(number(report.score), number(report.max))}><i style={{ width: `${report.max > 0 ? (100 * report.score) / report.max : 0}%` }} /></div>
      <ul class="items">{report.items.map((i) => <ItemView key={i.id} item={i} report={report} />)}</ul>
    </div>
  );
}

function number(n: number): string {
  return String(Math.round(n * 10) / 10);
}

const looks: Record<string, { icon: IconName; tone: string }> = {
  pass: { icon: 'check', tone: 'v-ok' }, partial: { icon: 'bang', tone: 'v-temp' }, fail: { icon: 'cross', tone: 'v-bad' },
  blocked: { icon: 'lock', tone: 'v-lost' }, error: { icon: 'fail', tone: 'v-lost' },
};

function ItemView({ item, report }: { item: Item; report: Report }): JSX.Element {
  const w = words.value;
  const look = looks[item.status] ?? looks.error;
  const word = { pass: w.itemPass, partial: w.itemPartial, fail: w.itemFail, blocked: w.itemBlocked, error: w.itemError }[item.status] ?? item.status;
  const need = item.needs ? report.items.find((i) => i.id === item.needs) : undefined;
  return (
    <li class={`item is-${item.status}`}>
      <details open={item.status !== 'pass'}>
        <summary>
          <span class={`verdict ${look.tone}`}><Icon name={look.icon} size={14} /></span>
          <span class="task-title">{say(item.title)}</span>
          <span class={`task-state ${look.tone}`}>{word}</span>
        </summary>
        {say(item.why) ? <p>{codeIn(say(item.why))}{say(item.vantage) ? <span class="muted"> ({w.vantage(say(item.vantage))})</span> : null}</p> : null}
        {need && !say(item.why) ? <p class="muted">{w.needs(say(need.title))}</p> : null}
        {say(item.expected) || say(item.actual) ? <dl class="pairs">
          {say(item.expected) ? <><dt>{w.expected}</dt><dd>{codeIn(say(item.expected))}</dd></> : null}
          {say(item.actual) ? <><dt>{w.actual}</dt><dd>{codeIn(say(item.actual))}</dd></> : null}
        </dl> : null}
        {item.parts?.length && item.status !== 'pass' ? <ul class="parts small">{item.parts.map((part, i) => <PartView key={i} part={part} />)}</ul> : null}
        {item.evidence?.length ? <p class="evidence"><span class="muted small">{w.evidence}</span>{likes(item.evidence).map((list, i) => <EvidenceLinks key={i} list={list} shared={report.seq} />)}</p> : null}
      </details>
    </li>
  );
}

/** One part of a check, such as a vantage of a relay test. */
function PartView({ part }: { part: ItemPart }): JSX.Element {
  const look = looks[part.status] ?? looks.error;
  return <li><span class={`verdict ${look.tone}`}><Icon name={look.icon} size={12} /></span> {say(part.name)}{say(part.text) ? <span class="muted">: {say(part.text)}</span> : null}</li>;
}

// Proofs that say the same, such as every packet a filter discards, stand together.
function likes(list: readonly Evidence[]): Evidence[][] {
  const groups = new Map<string, Evidence[]>();
  for (const e of list) {
    const key = e.seq ? say(e.label) : `${e.host}:${e.path}:${e.line} ${say(e.label)}`;
    groups.set(key, [...(groups.get(key) ?? []), e]);
  }
  return [...groups.values()];
}

/** Equal proofs: the first with its text, the others by their number. */
function EvidenceLinks({ list, shared }: { list: readonly Evidence[]; shared: number }): JSX.Element {
  const [first, ...more] = list;
  if (more.length === 0) return <EvidenceLink evidence={first} shared={shared} />;
  return <span class="alike"><EvidenceLink evidence={first} shared={shared} />{more.map((e, i) => <EvidenceLink key={i} evidence={{ ...e, label: { ko: '', en: '' } }} shared={shared} bare />)}</span>;
}

/** Opens a proof: an event, or a line of a file. What a fork showed that is gone is a text only. */
export function EvidenceLink({ evidence: e, shared, bare }: { evidence: Evidence; shared: number; bare?: boolean }): JSX.Element {
  const { view } = useDesk();
  if (!e.seq && !e.path) return <span class="muted">{say(e.label)}</span>;
  const place = e.seq ? `#${e.seq}` : `${e.host}:${e.path}${e.line ? ':' + e.line : ''}`;
  const open = () => {
    if (e.seq && e.epoch) view.selectTrial({ epoch: e.epoch, seq: e.seq, shared });
    else if (e.seq) view.follow({ to: 'event', seq: e.seq });
    else view.openFile(e.host ?? '', e.path ?? '', e.line);
  };
  return (
    <button type="button" class="link ref" onClick={open}>
      {bare ? null : <Icon name={e.seq ? 'linked' : 'file'} size={13} />}<span>{say(e.label) || place}</span>{say(e.label) ? <span class="muted">{place}</span> : null}
    </button>
  );
}
