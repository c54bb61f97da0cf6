import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { WallClock } from '../core/duration';
import type { Dir, Problem } from '../protocol';
import { useDesk } from '../state/context';
import { readValue, writeValue } from '../state/storage';
import { say, words } from '../words';
import { Icon } from './icons';
import { useMoment } from './past';

/** The files of a host. */
export function Files({ host }: { host: string }): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const info = lab.snapshot.value?.hosts.find((h) => h.id === host);
  const key = `dir:${lab.session}:${host}`;
  const moment = useMoment();
  const [path, setPath] = useState(() => readValue(key, '/etc'));
  const [typed, setTyped] = useState(path);
  const [dir, setDir] = useState<Dir>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    let gone = false;
    setTyped(path);
    writeValue(key, path);
    void lab.ask({ dir: { host, path, at: moment } }).then((a) => {
      if (gone) return;
      setDir(a.dir);
      setProblem(a.error);
    });
    return () => { gone = true; };
  }, [path, moment, moment ? 0 : lab.world.value?.last]);
  const clock = new WallClock(lab.snapshot.value!.start);
  const join = (name: string) => (path === '/' ? '/' + name : `${path}/${name}`);
  return (
    <div class="split files">
      <div class="split-list">
        <h3>{w.worthOpening}</h3>
        {info?.files?.map((f) => <button type="button" key={f} class="split-item" onClick={() => view.openFile(host, f)}><Icon name="file" size={14} /><code>{f}</code></button>)}
      </div>
      <div class="split-main">
        <form class="row" onSubmit={(e) => {
          e.preventDefault();
          const to = typed.startsWith('/') ? typed : join(typed);
          if (to.endsWith('/')) setPath(to === '/' ? '/' : to.replace(/\/+$/, ''));
          else if (to !== path) view.openFile(host, to);
        }}>
          <button type="button" class="btn btn-icon" aria-label={w.up} title={w.up} disabled={path === '/'} onClick={() => setPath(path.replace(/\/[^/]*$/, '') || '/')}><Icon name="up" /></button>
          <input class="input mono grow" aria-label={w.path} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} spellcheck={false} autocomplete="off" />
          <button type="submit" class="btn">{w.open}</button>
        </form>
        {problem ? <p class="error">{say(problem.text)}</p> : null}
        {dir && dir.entries.length === 0 ? <p class="muted">{w.emptyDir}</p> : null}
        {dir ? (
          <ul class="dir">
            {dir.entries.map((e) => (
              <li key={e.name}>
                <button type="button" class="split-item" onClick={() => (e.dir ? setPath(join(e.name)) : view.openFile(host, join(e.name)))}>
                  <Icon name={e.dir ? 'folder' : 'file'} size={14} /><code>{e.name}{e.dir ? '/' : ''}{e.target ? ` -> ${e.target}` : ''}</code>
                  <span class="grow" /><code class="muted">{e.mode}</code><span class="muted num">{e.dir ? '' : e.size}</span><span class="muted">{clock.time(e.mtime)}</span>
                </button>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}
