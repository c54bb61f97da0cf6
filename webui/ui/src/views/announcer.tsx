import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { sentence } from '../core/story';
import { useDesk } from '../state/context';
import { words } from '../words';
import { nameOf } from './names';

/** Tells a screen reader the current event, at most once a second: the newest wins. */
export function Announcer(): JSX.Element {
  const { lab, playback, view } = useDesk();
  const [text, setText] = useState('');
  const seq = playback.current.value;
  const extra = view.said.value;
  const active = !playback.live.value || playback.playing.value;
  useEffect(() => {
    const row = lab.log.get(seq);
    const line = extra || (active && row ? sentence(row, words.peek(), (n) => nameOf(lab, n)) : '');
    if (!line) return undefined;
    const timer = setTimeout(() => setText(line), 1000);
    return () => clearTimeout(timer);
  }, [seq, extra, active]);
  return <div class="hidden" role="status" aria-live="polite">{text || null}</div>;
}
