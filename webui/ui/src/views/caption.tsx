import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { computed } from '@preact/signals';
import { duration } from '../core/duration';
import { verdictOfRow } from '../core/kinds';
import { sentence } from '../core/story';
import { useDesk } from '../state/context';
import { words } from '../words';
import { IconButton } from './controls';
import { Icon, VerdictMark } from './icons';
import { nameOf } from './names';

/** One line under the map: what is being looked at. */
export function Caption(): JSX.Element {
  const { lab, view, playback } = useDesk();
  const w = words.value;
  // The pause being shown, if any; changes only at its ends.
  const gap = useMemo(() => computed(() => {
    void playback.version.value;
    return playback.track.gapAt(playback.time.value)?.ns ?? 0;
  }), [playback]);
  void playback.version.value;
  const rest = playback.atRest.value;
  const row = lab.log.get(rest ? view.selected.value : playback.current.value);
  const pause = gap.value > 0 && !rest;
  const text = pause ? w.gapOf(duration(gap.value)) : row ? sentence(row, w, (n) => nameOf(lab, n)) : rest ? w.captionNow : w.captionStart;
  const small = view.dock.value === 'small';
  return (
    <p class="caption">
      {pause ? <Icon name="wait" /> : row ? <VerdictMark verdict={verdictOfRow(row)} word={w.verdict[verdictOfRow(row)]} /> : null}
      <span class="caption-text">{text}</span>
      {row ? <button type="button" class="link small" onClick={() => view.select(row.seq)}>#{row.seq}</button> : null}
      <IconButton icon={small ? 'smaller' : 'larger'} label={small ? w.smaller : w.larger} class="dock-size" onClick={() => { view.dock.value = small ? 'normal' : 'small'; }} />
    </p>
  );
}
