import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Question, Task } from '../protocol';
import { mainFailure } from '../core/failure';
import { codeIn } from '../core/markup';
import { useDesk } from '../state/context';
import { say, words } from '../words';
import { Prose } from './controls';
import { Icon } from './icons';
import { ReportView } from './report';

/** The left panel: what happened, what to do, what helps, what the check says. */
export function Guide(): JSX.Element {
  const { lab, view, playback, actions } = useDesk();
  const w = words.value;
  const snapshot = lab.snapshot.value!;
  const world = lab.world.value;
  const incident = snapshot.incident;
  const see = () => {
    if (!incident) return;
    view.panel.value = 'network';
    view.select(0);
    view.watched.value = true;
    // At the end what went wrong is selected, so that Why? tells of it.
    playback.playRange(incident.from, incident.to, () => view.select(mainFailure(lab.log, incident.from, incident.to)));
  };
  return (
    <section class="region guide" aria-label={w.guide} tabIndex={-1} data-region>
      <div class="guide-block">
        <h2 class="region-title">{w.story}</h2>
        <Prose html={snapshot.story} />
        <div class="row">
          {incident ? <button type="button" class={`btn ${view.watched.value ? '' : 'primary'}`} onClick={see}><Icon name="play" /><span>{w.seeIncident}</span></button> : null}
          {snapshot.again ? <button type="button" class="btn" onClick={() => void actions.do({ mail: snapshot.again! })}><Icon name="mail" /><span>{w.sendAgain}</span></button> : null}
        </div>
      </div>
      <PredictionCard />
      <div class="guide-block">
        <h2 class="region-title">{w.tasks}</h2>
        <ol class="tasks">{snapshot.tasks.map((t) => <TaskCard key={t.id} task={t} state={world?.tasks.find((s) => s.id === t.id)?.state ?? 'open'} />)}</ol>
        {snapshot.questions?.filter((q) => q.kind === 'diagnose' && !q.task).map((q) => <QuestionCard key={q.id} question={q} title={w.diagnose} />)}
      </div>
      {world?.report ? <ReportView report={world.report} /> : null}
      <Hints />
      <Glossary />
    </section>
  );
}

const taskIcons = { open: undefined, done: 'check', failed: 'undo', locked: 'lock' } as const;

function TaskCard({ task, state }: { task: Task; state: string }): JSX.Element {
  const { view, lab } = useDesk();
  const w = words.value;
  const word = { open: w.taskOpen, done: w.taskDone, failed: w.taskFailed, locked: w.taskLocked }[state] ?? state;
  const icon = taskIcons[state as keyof typeof taskIcons];
  const first = lab.world.value?.tasks.find((t) => t.state === 'open' || t.state === 'failed')?.id === task.id;
  return (
    <li class={`task is-${state}`}>
      <details open={first}>
        <summary>
          <span class="task-mark">{icon ? <Icon name={icon} size={14} /> : null}</span>
          <span class="task-title">{say(task.title)}</span>
          <span class="task-state">{word}</span>
        </summary>
        {task.body ? <Prose html={task.body} /> : null}
        {task.try?.map((t) => (
          <button type="button" key={t.host + t.line} class="try" title={w.tryIt} onClick={() => {
            view.openHost(t.host);
            view.offer.value = { ...t };
          }}>
            <Icon name="terminal" size={14} /><code><span class="muted">{t.host}$</span> {t.line}</code>
          </button>
        ))}
        {lab.snapshot.value?.questions?.filter((q) => q.kind === 'diagnose' && q.task === task.id).map((q) => <QuestionCard key={q.id} question={q} title={w.diagnose} />)}
      </details>
    </li>
  );
}

/** The prediction before which playback stands. */
function PredictionCard(): JSX.Element | null {
  const { lab, playback } = useDesk();
  const w = words.value;
  const answers = lab.world.value?.answers ?? [];
  const { track } = playback;
  const next = playback.index.value + 1;
  const standing = !playback.playing.value && !playback.live.value;
  const list = lab.snapshot.value?.questions ?? [];
  const question = standing ? list.find((q) => q.kind === 'predict' && q.before !== undefined && track.standBefore(q.before) === next) : undefined;
  if (!question) return null;
  return (
    <QuestionCard question={question} title={w.predict}>
      <button type="button" class="btn" onClick={() => playback.toggle()}><Icon name="play" /><span>{answers.some((a) => a.question === question.id) ? w.play : w.skipQuestion}</span></button>
    </QuestionCard>
  );
}

function QuestionCard({ question, title, children }: { question: Question; title: string; children?: JSX.Element }): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const [given, setGiven] = useState('');
  const answer = lab.world.value?.answers?.find((a) => a.question === question.id);
  const seq = view.selected.value;
  const ready = given !== '' && (!question.cite || seq > 0);
  const send = () => void actions.do({ answer: { question: question.id, given, cite: question.cite ? seq : undefined } });
  return (
    <form class="question" aria-label={title} onSubmit={(e) => { e.preventDefault(); if (ready) send(); }}>
      <h3><Icon name="hint" />{title}</h3>
      <p>{codeIn(say(question.text))}</p>
      {question.choices ? (
        <div role="radiogroup" aria-label={say(question.text).replaceAll('`', '')}>
          {question.choices.map((c) => (
            <label class="choice" key={c.id}>
              <input type="radio" name={question.id} value={c.id} checked={(answer?.given ?? given) === c.id} disabled={answer !== undefined && question.kind === 'predict'} onChange={() => setGiven(c.id)} />
              <span>{codeIn(say(c.text))}</span>
            </label>
          ))}
        </div>
      ) : <input type="text" class="input" aria-label={say(question.text).replaceAll('`', '')} value={given} onInput={(e) => setGiven(e.currentTarget.value)} />}
      {question.cite ? <p class="muted small">{seq > 0 ? `${w.cite} #${seq}` : w.citeNone}</p> : null}
      {answer ? (
        <p class={`verdict-line ${answer.right === undefined ? '' : answer.right ? 'v-ok' : 'v-bad'}`} role="status">
          <Icon name={answer.right === undefined ? 'hourglass' : answer.right ? 'check' : 'cross'} size={14} />
          <span><strong>{answer.right === undefined ? w.answerLater : answer.right ? w.answerRight : w.answerWrong}</strong> {codeIn(say(answer.explain))}</span>
        </p>
      ) : null}
      <div class="row">
        {!answer || (question.kind === 'diagnose' && answer.right !== true) ? <button type="submit" class="btn" disabled={!ready}>{w.answer}</button> : null}
        {children}
      </div>
    </form>
  );
}

/** Protocol words with their meaning. */
function Glossary(): JSX.Element | null {
  const { lab } = useDesk();
  const list = lab.snapshot.value?.glossary ?? [];
  if (list.length === 0) return null;
  return (
    <details class="guide-block glossary">
      <summary class="region-title">{words.value.glossary}</summary>
      <dl class="pairs">{list.map((g) => <div key={g.word}><dt><strong>{g.word}</strong></dt><dd>{say(g.text)}</dd></div>)}</dl>
    </details>
  );
}

function Hints(): JSX.Element {
  const { lab, view, actions } = useDesk();
  const w = words.value;
  const world = lab.world.value;
  const hints = world?.hints ?? [];
  const next = world?.hintNext;
  return (
    <div class="guide-block" id="hints">
      <h2 class="region-title">{w.hints}{hints.length > 0 ? <span class="muted"> {w.hintUsed(hints.length)}</span> : null}</h2>
      <ol class="hints">
        {hints.map((h, i) => (
          <li key={i}>
            <Prose html={h.text} />
            {h.seq ? <button type="button" class="link" onClick={() => view.select(h.seq!)}>{w.event} #{h.seq}</button> : null}
          </li>
        ))}
      </ol>
      {next
        ? <button type="button" class="btn" onClick={() => void actions.do({ hint: {} })}><Icon name="hint" /><span>{w.hintOpen}</span><span class="muted">{next.cost ? w.hintCost(next.cost) : w.hintFree}</span></button>
        : <p class="muted small">{w.hintNone}</p>}
    </div>
  );
}
