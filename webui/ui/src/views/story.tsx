import type { JSX } from 'preact';
import { WallClock } from '../core/duration';
import { sentence } from '../core/story';
import { verdictOfRow } from '../core/kinds';
import { useDesk } from '../state/context';
import { theme } from '../state/prefs';
import { words } from '../words';
import { VerdictMark } from './icons';
import { VirtualList } from './list';
import { nameOf } from './names';
import { Shape } from './trace';

/** All visible events as sentences, one an item. */
export function Story(): JSX.Element {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  void playback.version.value;
  const { track } = playback;
  const clock = new WallClock(lab.snapshot.value!.start);
  const selected = view.selected.value;
  const found = track.indexOf(selected);
  const at = found >= 0 && track.seqs[found] === selected ? found : -1;
  const onKey = (e: KeyboardEvent) => {
    const to = e.key === 'ArrowDown' ? at + 1 : e.key === 'ArrowUp' ? at - 1 : e.key === 'Home' ? 0 : e.key === 'End' ? track.length - 1 : NaN;
    if (e.key === 'Enter' && selected) view.show(selected);
    else if (track.seqs[to]) view.select(track.seqs[to]);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  if (track.length === 0) return <p class="muted pad">{w.noStory}</p>;
  return (
    <VirtualList count={track.length} rowHeight={theme.value === 'projector' ? 44 : 30} current={at} role="listbox" label={w.storyTab} class="storylist" onKeyDown={onKey} follow
      activeId={at >= 0 ? `st-${selected}` : undefined}
      row={(i) => {
        const row = lab.log.get(track.seqs[i]);
        if (!row) return null;
        const verdict = verdictOfRow(row);
        const text = sentence(row, w, (n) => nameOf(lab, n));
        return (
          <div key={row.seq} id={`st-${row.seq}`} class={`st ${i === at ? 'chosen' : ''} ${i === playback.index.value && !playback.live.value ? 'current' : ''}`} role="option" aria-selected={i === at}
            aria-posinset={i + 1} aria-setsize={track.length} data-seq={row.seq} onClick={() => view.select(row.seq)} onDblClick={() => view.show(row.seq)}>
            <span class="st-time muted">{clock.time(row.at)}</span><Shape row={row} /><span class="st-text" title={text}>{text}</span>
            <VerdictMark verdict={verdict} word={verdict === 'none' || verdict === 'ok' ? undefined : w.verdict[verdict]} />
          </div>
        );
      }} />
  );
}
