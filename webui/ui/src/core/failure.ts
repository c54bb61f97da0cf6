import { failed, isFailure, isVisible } from './kinds';
import type { EventLog } from './log';

/**
 * The event of a run that says best what went wrong: the first refusal a mail
 * server spoke, else the first connection that did not come about for something
 * that failed itself, else the last other failure, else any such
 * connection. 0 if all went well. That a client tries a second address after the first
 * (RFC 5321 5.1) is no failure of what it does.
 */
export function mainFailure(log: EventLog, from: number, to: number): number {
  let connection = 0;
  let harmless = 0;
  let any = 0;
  for (let seq = from; seq <= Math.min(to, log.last); seq++) {
    const row = log.get(seq)!;
    if (row.kind === 'smtp.reply' && failed(row)) return seq;
    if (row.kind === 'net.connect' && isFailure(log.outcome(seq))) {
      if (log.path(seq).some((span) => isFailure(log.outcome(span)))) connection ||= seq;
      else harmless ||= seq;
    } else if (isVisible(row, false) && failed(row)) any = seq;
  }
  return connection || any || harmless;
}
