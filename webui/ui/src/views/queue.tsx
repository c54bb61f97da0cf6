import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Problem, Queue } from '../protocol';
import { useDesk } from '../state/context';
import { say, words } from '../words';
import { useMoment } from './past';

/** The mail queue of a host, as mailq prints it: now, or as it was. */
export function QueueView({ host }: { host: string }): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const moment = useMoment();
  const [queue, setQueue] = useState<Queue>();
  const [problem, setProblem] = useState<Problem>();
  const wanted = view.moment.value === 0 ? 0 : moment;
  const last = wanted === 0 ? lab.world.value?.last : 0;
  useEffect(() => {
    if (view.moment.peek() !== 0 && moment === 0) return undefined;
    let gone = false;
    const timer = setTimeout(() => void lab.ask({ queue: { host, at: wanted } }).then((a) => {
      if (gone) return;
      setQueue(a.queue);
      setProblem(a.error);
    }), wanted === 0 ? 300 : 0);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [host, wanted, last, lab.snapshot.value]);
  if (problem) return <p class="error pad">{say(problem.text)}</p>;
  if (!queue) return <p class="muted pad">{w.loading}</p>;
  return (
    <div class="editor">
      <div class="editor-bar"><code class="editor-path"><span class="muted">{host}$</span> mailq</code></div>
      <pre class="past-text" tabIndex={0} aria-label={w.queueOf(host)}>{queue.text}</pre>
    </div>
  );
}
