import { failed, isFailure, isVisible } from './kinds';
import type { EventLog } from './log';

/**
 * The event of a run that says best what went wrong: the first refusal a mail
 * server spoke, else the first connection that did not come about, else the last
 * failure of any kind. 0 if all went well.
 */
export function mainFailure(log: EventLog, from: number, to: number): number {
  let connection = 0;
  let any = 0;
  for (let seq = from; seq <= Math.min(to, log.last); seq++) {
    const row = log.get(seq)!;
    if (row.kind === 'smtp.reply' && failed(row)) return seq;
    if (connection === 0 && row.kind === 'net.connect' && isFailure(log.outcome(seq))) connection = seq;
    if (isVisible(row, false) && failed(row)) any = seq;
  }
  return connection || any;
}
