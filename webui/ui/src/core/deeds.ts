import type { EventLog } from './log';

/** What the student did around an event: the action at or before it, the one after it (0 for none), and how many come after it. */
export interface Deeds { last: number; next: number; after: number }

/** Finds the actions around an event. Events up to `begun` were there before the student came. */
export function deedsAround(log: EventLog, begun: number, seq: number): Deeds {
  const deeds: Deeds = { last: 0, next: 0, after: 0 };
  for (let n = begun + 1; n <= log.last; n++) {
    if (log.get(n)!.kind !== 'action') continue;
    if (n <= seq) deeds.last = n;
    else {
      deeds.next ||= n;
      deeds.after++;
    }
  }
  return deeds;
}
