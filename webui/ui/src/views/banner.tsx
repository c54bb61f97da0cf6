import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useDesk } from '../state/context';
import { say, words } from '../words';
import { IconButton } from './controls';

/** What is wrong with the connection, and why the log was replaced. */
export function Banner(): JSX.Element | null {
  const { lab, actions } = useDesk();
  const w = words.value;
  const link = lab.link.value;
  const over = lab.over.value;
  const notice = lab.notice.value;
  const wasOpen = lab.snapshot.value !== undefined;
  if (over && wasOpen) return <div class="banner bad" role="alert"><strong>{w.sessionOver}</strong> {say(over.text)}</div>;
  if (link.name === 'waiting' || (link.name === 'connecting' && link.tries > 0)) {
    return (
      <div class="banner warn" role="alert">
        <span>{w.lostLine}</span>
        {link.name === 'waiting' ? <Countdown key={link.tries} ms={link.delay} /> : <span class="muted">{w.connecting}</span>}
        <button type="button" class="btn" onClick={lab.retry} disabled={link.name !== 'waiting'}>{w.retry}</button>
      </div>
    );
  }
  if (notice) {
    return (
      <div class="banner" role="status">
        <span>{say(notice)}</span>
        {lab.world.value?.redo ? <button type="button" class="btn small-btn" onClick={() => void actions.do({ redo: {} })}>{w.redo}</button> : null}
        <IconButton icon="close" label={w.dismiss} onClick={() => { lab.notice.value = undefined; }} />
      </div>
    );
  }
  return null;
}

function Countdown({ ms }: { ms: number }): JSX.Element {
  const [left, setLeft] = useState(ms);
  useEffect(() => {
    const end = performance.now() + ms;
    const timer = setInterval(() => setLeft(Math.max(0, end - performance.now())), 500);
    return () => clearInterval(timer);
  }, [ms]);
  return <span class="muted" aria-live="off">{words.value.retryIn(Math.ceil(left / 1000))}</span>;
}
