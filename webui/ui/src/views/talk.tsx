import type { JSX } from 'preact';
import { conversation } from '../core/talk';
import { toneOf, verdictOfRow } from '../core/kinds';
import type { Row } from '../protocol';
import { useDesk } from '../state/context';
import { words } from '../words';
import { VerdictMark } from './icons';
import { nameOf } from './names';

/** The ladder of a conversation: who said what to whom. */
export function Talk({ row }: { row: Row }): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const talk = conversation(lab.log, row.seq);
  if (!talk) return <p class="muted">{w.noTalk}</p>;
  return (
    <div class="ladder">
      <div class="ladder-heads"><strong>{nameOf(lab, talk.left)}</strong><strong>{nameOf(lab, talk.right)}</strong></div>
      <ol>
        {talk.rows.map((r) => (
          <li key={r.seq} class={r.node === talk.left ? 'to-right' : 'to-left'}>
            <button type="button" class={`rung tone-${toneOf(r.kind)} ${r.seq === row.seq ? 'chosen' : ''} ${r.outcome === 'lost' ? 'lost' : ''}`} onClick={() => view.select(r.seq)}
              aria-label={`${nameOf(lab, r.node)}: ${r.label}`}>
              <span class="rung-text">{r.label} <VerdictMark verdict={verdictOfRow(r)} /></span>
              <span class="rung-line" aria-hidden="true" />
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
