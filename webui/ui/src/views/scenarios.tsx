import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CreateSession, Problem, ScenarioCard, ScenarioList, SessionInfo } from '../protocol';
import { lang } from '../state/prefs';
import { say, words } from '../words';
import { go } from '../state/route';
import { Icon } from './icons';
import { Settings } from './settings';

/** Calls the server's API; a problem comes back as the error's text. */
async function call<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(path, body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  throw new Error(say(problem?.text) || `${response.status} ${response.statusText}`);
}

/** The page on which a scenario is chosen. */
export function ScenarioPage(): JSX.Element {
  const [list, setList] = useState<ScenarioList>();
  const [error, setError] = useState('');
  const [query, setQuery] = useState('');
  const w = words.value;
  useEffect(() => {
    document.title = 'mxlab';
    call<ScenarioList>('/api/scenarios').then(setList, (e: Error) => setError(e.message));
  }, []);
  const open = (card: ScenarioCard, fresh: boolean) => {
    const body: CreateSession = { scenario: card.id, fresh };
    call<SessionInfo>('/api/sessions', body).then((s) => go(`/lab/${s.id}`), (e: Error) => setError(e.message));
  };
  const found = (list?.scenarios ?? []).filter((c) => matches(c, query));
  return (
    <div class="listpage">
      <header class="top" aria-label={w.appName}>
        <strong class="brand">{w.appName}</strong>
        <span class="grow" />
        {list?.wall ? <button type="button" class="btn" onClick={() => go('/wall')}>{w.classWall}</button> : null}
        <Settings />
      </header>
      <main class="page">
        <h1>{say(list?.title) || w.listTitle}</h1>
        <p class="lead">{w.listLead}</p>
        {error ? <p class="error" role="alert"><strong>{w.problem}</strong> {error}</p> : null}
        {!list && !error ? <p class="muted">{w.loading}</p> : null}
        {list && list.scenarios.length === 0 ? <p class="muted">{w.noScenarios}</p> : null}
        {list && list.scenarios.length >= MANY ? (
          <label class="find find-card">
            <Icon name="search" size={14} /><span class="hidden">{w.findScenario}</span>
            <input type="search" placeholder={w.findScenario} value={query} onInput={(e) => setQuery(e.currentTarget.value)} />
          </label>
        ) : null}
        {list ? <p class={found.length > 0 || list.scenarios.length === 0 ? 'hidden' : 'muted'} role="status">{found.length > 0 ? (query ? w.of(found.length, list.scenarios.length) : '') : w.findNone}</p> : null}
        {list ? groups(found).map(([name, cards]) => (
          <section key={name} class="group">
            <h2>{name || w.otherGroup}</h2>
            <ul class="cards">{cards.map((c) => <Card key={c.id} card={c} open={open} />)}</ul>
          </section>
        )) : null}
      </main>
    </div>
  );
}

/** From so many cards on they can be searched. */
const MANY = 8;

// Every word must occur, in either language: a student may know a protocol by
// its English name only.
function matches(card: ScenarioCard, query: string): boolean {
  const texts = [card.title, card.summary, card.group, ...(card.topics ?? [])];
  const all = [card.id, ...texts.flatMap((t) => (t ? [t.ko, t.en] : []))].join(' ').toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

// Groups in the order of their first card: the cards come in the order of learning.
function groups(cards: ScenarioCard[]): [string, ScenarioCard[]][] {
  void lang.value;
  const map = new Map<string, ScenarioCard[]>();
  for (const card of cards) {
    const name = say(card.group);
    map.set(name, [...(map.get(name) ?? []), card]);
  }
  return [...map];
}

function Card({ card, open }: { card: ScenarioCard; open: (c: ScenarioCard, fresh: boolean) => void }): JSX.Element {
  const w = words.value;
  return (
    <li class="card">
      <div class="card-head">
        <h3>{say(card.title)}</h3>
        {card.bestScore !== undefined ? <span class={`chip ${card.bestScore >= 100 ? 'v-ok' : ''}`}>{card.bestScore >= 100 ? <Icon name="check" size={13} /> : null}{w.best(card.bestScore)}</span> : null}
      </div>
      <p>{say(card.summary)}</p>
      <div class="card-meta muted">
        <span class="level" role="img" aria-label={w.level(card.level)} title={w.level(card.level)}>
          {[1, 2, 3, 4, 5].map((n) => <i key={n} class={n <= card.level ? 'on' : ''} />)}
        </span>
        {card.minutes ? <span>{w.minutes(card.minutes)}</span> : null}
      </div>
      {card.topics ? <div class="card-meta muted">{card.topics.map((t) => <span class="chip" key={t.en}>{say(t)}</span>)}</div> : null}
      <div class="row">
        <button type="button" class="btn primary" onClick={() => open(card, false)} aria-label={`${card.session ? w.resume : w.start}: ${say(card.title)}`}>{card.session ? w.resume : w.start}</button>
        {card.session ? <button type="button" class="btn" onClick={() => open(card, true)} aria-label={`${w.fresh}: ${say(card.title)}`}>{w.fresh}</button> : null}
      </div>
    </li>
  );
}
