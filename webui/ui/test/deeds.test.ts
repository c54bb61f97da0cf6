import assert from 'node:assert/strict';
import test from 'node:test';
import { deedsAround } from '../src/core/deeds';
import { EventLog } from '../src/core/log';
import { row } from './rows';

test('the actions around an event', () => {
  const log = new EventLog();
  log.cut(1, 0);
  // 1 and 2 belong to the story; 3, 5 and 7 were done by the student.
  log.append(1, 1, [1, 2, 3, 4, 5, 6, 7].map((seq) => row(seq, { kind: seq % 2 === 1 ? 'action' : 'note' })));
  assert.deepEqual(deedsAround(log, 2, 1), { last: 0, next: 3, after: 3 });
  assert.deepEqual(deedsAround(log, 2, 4), { last: 3, next: 5, after: 2 });
  assert.deepEqual(deedsAround(log, 2, 5), { last: 5, next: 7, after: 1 });
  assert.deepEqual(deedsAround(log, 2, 7), { last: 7, next: 0, after: 0 });
});
