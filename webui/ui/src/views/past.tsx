import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { WallClock } from '../core/duration';
import type { File, Problem } from '../protocol';
import { useDesk } from '../state/context';
import { say, words } from '../words';
import { Icon } from './icons';

/** While the playhead moves nothing is asked for; it has to stand so long, ms. */
const STILL = 200;

/** The moment whose state is shown, once the playhead stands; 0 for now. */
export function useMoment(): number {
  const { view } = useDesk();
  const moment = view.moment.value;
  const [still, setStill] = useState(moment);
  useEffect(() => {
    if (moment === 0) {
      setStill(0);
      return undefined;
    }
    const timer = setTimeout(() => setStill(moment), STILL);
    return () => clearTimeout(timer);
  }, [moment]);
  return moment === 0 ? 0 : still;
}

/** Says that what is below is as it was, and cannot be changed. */
export function PastStrip(): JSX.Element | null {
  const { lab, view } = useDesk();
  const w = words.value;
  if (view.moment.value === 0) return null;
  return (
    <div class="strip past-strip" role="status">
      <Icon name="eye" size={14} /><span>{w.asOf(new WallClock(lab.snapshot.value!.start).time(view.moment.value))}</span><span class="grow" />
      <button type="button" class="btn small-btn" onClick={() => { view.past.value = false; }}>{w.asItIs}</button>
    </div>
  );
}

/** A file as it was. */
export function PastFile({ host, path }: { host: string; path: string }): JSX.Element {
  const { lab } = useDesk();
  const w = words.value;
  const moment = useMoment();
  const [file, setFile] = useState<File>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    if (moment === 0) return undefined;
    let gone = false;
    void lab.ask({ file: { host, path, at: moment } }).then((a) => {
      if (gone) return;
      setFile(a.file);
      setProblem(a.error);
    });
    return () => { gone = true; };
  }, [moment, host, path, lab.snapshot.value]);
  if (problem) return <p class="error pad">{say(problem.text)}</p>;
  if (!file) return <p class="muted pad">{w.loading}</p>;
  return (
    <div class="editor">
      <div class="editor-bar">
        <code class="editor-path"><span class="muted">{host}:</span>{path}</code>
        {file.mode ? <code class="muted small">{file.mode} {file.owner}:{file.group}</code> : null}
      </div>
      {file.missing ? <p class="muted pad">{w.notThere}</p> : file.binary ? <p class="muted pad">{w.binaryFile}</p>
        : <pre class="past-text" tabIndex={0} aria-label={w.editorOf(`${host}:${path}`)}>{file.text}</pre>}
    </div>
  );
}
