import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { backoff } from '../core/link';
import type { ServerMessage, Wall, WallStudent } from '../protocol';
import { say, words } from '../words';
import { go } from '../state/route';
import { Icon, type IconName } from './icons';
import { Settings } from './settings';

const order = ['hand', 'stuck', 'idle', 'working', 'done'];

/** The class at a glance, for the teacher: who needs help comes first. */
export function WallPage(): JSX.Element {
  const w = words.value;
  const [wall, setWall] = useState<Wall>();
  const [problem, setProblem] = useState('');
  const [online, setOnline] = useState(false);
  useEffect(() => {
    let socket: WebSocket | undefined;
    let timer = 0;
    let tries = 0;
    let gone = false;
    const connect = () => {
      socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/wall/ws`);
      socket.onmessage = (e) => {
        const m = JSON.parse(String(e.data)) as ServerMessage;
        tries = 0;
        setOnline(true);
        if (m.wall) setWall(m.wall);
        if (m.bye) setProblem(say(m.bye.text));
      };
      socket.onclose = () => {
        setOnline(false);
        if (!gone) timer = window.setTimeout(connect, backoff(++tries, Math.random()));
      };
    };
    connect();
    return () => {
      gone = true;
      clearTimeout(timer);
      socket?.close();
    };
  }, []);
  const students = [...(wall?.students ?? [])].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name));
  return (
    <div class="listpage">
      <header class="top">
        <a class="brand" href="/" onClick={(e) => { e.preventDefault(); go('/'); }}>{w.appName}</a>
        <h1 class="top-title">{say(wall?.title) || w.wallTitle}</h1><span class="grow" />
        <span class={`conn v-${online ? 'ok' : 'bad'}`}><Icon name={online ? 'check' : 'cross'} size={14} />{online ? w.connected : w.connecting}</span>
        <Settings />
      </header>
      <main class="page wide-page">
        {problem ? <p class="error" role="alert">{problem}</p> : null}
        {wall && students.length === 0 ? <p class="muted">{w.nobody}</p> : null}
        {wall?.failures?.length ? (
          <section class="group"><h2>{w.commonFailure}</h2>
            <ul class="failures">{wall.failures.map((f) => <li key={f.task}><strong>{say(wall.tasks.find((t) => t.id === f.task)?.title)}</strong><span>{say(f.text)}</span><span class="count">{f.count}</span></li>)}</ul>
          </section>
        ) : null}
        <div class="table-room" tabIndex={0} role="region" aria-label={w.wallTitle}>
          <table class="wall">
            <thead><tr><th scope="col">{w.student}</th><th scope="col">{w.tasks}</th><th scope="col">{w.hintsUsed}</th><th scope="col">{w.lastAction}</th><th scope="col"><span class="hidden">{w.look}</span></th></tr></thead>
            <tbody>{wall ? students.map((s) => <StudentRow key={s.session} student={s} wall={wall} />) : null}</tbody>
          </table>
        </div>
      </main>
    </div>
  );
}

function StudentRow({ student: s, wall }: { student: WallStudent; wall: Wall }): JSX.Element {
  const w = words.value;
  const looks: Record<string, [IconName, string, string]> = {
    hand: ['hand', 'v-bad', w.hand], stuck: ['bang', 'v-temp', w.stuck], idle: ['pause', 'v-lost', w.idle], working: ['terminal', '', w.working], done: ['check', 'v-ok', w.finished],
  };
  const [icon, tone, word] = looks[s.state] ?? looks.idle;
  return (
    <tr class={`is-${s.state}`}>
      <th scope="row"><span class={`verdict ${tone}`}><Icon name={icon} size={14} />{word}</span> {s.name}</th>
      <td><span class="dots">{wall.tasks.map((t) => {
        const state = s.tasks.find((x) => x.id === t.id)?.state ?? 'open';
        return <i key={t.id} class={`dot is-${state}`} title={`${say(t.title)}: ${state}`}>{state === 'done' ? <Icon name="check" size={11} /> : state === 'failed' ? <Icon name="cross" size={11} /> : null}</i>;
      })}</span></td>
      <td class="num">{s.hints}</td>
      <td><code>{s.last}</code> <span class="muted">{w.ago(s.ago)}</span></td>
      <td><button type="button" class="btn small-btn" onClick={() => go(`/lab/${s.session}`)} aria-label={`${w.look}: ${s.name}`}><Icon name="eye" size={14} />{w.look}</button></td>
    </tr>
  );
}
