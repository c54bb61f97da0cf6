import { EventLog } from '../src/core/log';
import type { Row } from '../src/protocol';

/** A row with defaults, for tests. */
export function row(seq: number, part: Partial<Row>): Row {
  return { seq, at: seq * 1e6, kind: 'note', outcome: '-', label: `event ${seq}`, node: 'pc', ...part };
}

/** A log of rows given in order; Seq is counted. */
export function logOf(...parts: Partial<Row>[]): EventLog {
  const log = new EventLog();
  log.cut(1, 0);
  log.append(1, 1, parts.map((p, i) => row(i + 1, p)));
  return log;
}
