import assert from 'node:assert/strict';
import test from 'node:test';
import { outline } from '../src/core/tree';
import { conversation } from '../src/core/talk';
import { logOf, row } from './rows';

test('rows are appended without gap or duplicate', () => {
  const log = logOf({}, {}, {});
  assert.equal(log.append(1, 5, [row(5, {})]), false, 'a gap');
  assert.equal(log.append(2, 4, [row(4, {})]), false, 'another epoch');
  assert.equal(log.append(1, 2, [row(2, {}), row(3, {}), row(4, {})]), true, 'an overlap');
  assert.deepEqual(log.rows.map((r) => r.seq), [1, 2, 3, 4]);
});

test('a new epoch keeps the common beginning', () => {
  const log = logOf({ kind: 'exec' }, { span: 1 }, { span: 1 });
  log.cut(2, 2);
  assert.equal(log.last, 2);
  assert.deepEqual([...log.children(1)], [2]);
  assert.equal(log.append(2, 3, [row(3, { span: 1 }), row(4, { kind: 'end', span: 1, outcome: 'fail' })]), true);
  assert.equal(log.outcome(1), 'fail');
  assert.equal(log.duration(1), 3e6);
});

test('spans make a tree without orphans', () => {
  const log = logOf({ kind: 'exec' }, { kind: 'dns.lookup', span: 1 }, { kind: 'dns.query', span: 2 }, { kind: 'end', span: 2 }, { kind: 'note', span: 1 }, { kind: 'note' });
  const all = outline(log, { focus: 0, all: false }, new Set([1, 2]));
  assert.deepEqual(all.map((l) => [l.seq, l.depth, l.place, l.siblings]), [[1, 0, 1, 2], [2, 1, 1, 2], [3, 2, 1, 1], [5, 1, 2, 2], [6, 0, 2, 2]]);
  assert.deepEqual(outline(log, { focus: 2, all: false }, new Set([2])).map((l) => l.seq), [2, 3]);
  assert.equal(log.root(3), 1);
  assert.deepEqual(log.path(3), [1, 2]);
});

test('a span that names itself or a later event does not loop', () => {
  const log = logOf({ span: 1 }, { span: 3 }, {});
  assert.deepEqual([...log.children(0)], [1, 2, 3]);
  assert.equal(log.root(2), 2);
});

test('a conversation holds what its two parties said', () => {
  const log = logOf({ kind: 'net.connect', node: 'a', peer: 'b' }, { kind: 'smtp.reply', node: 'b', peer: 'a', span: 1 }, { kind: 'smtp.command', node: 'a', peer: 'b', span: 1 },
    { kind: 'dns.query', node: 'b', peer: 'c', span: 1 }, { kind: 'net.packet', node: 'a', peer: 'b', span: 1 });
  for (const seq of [1, 2, 3]) assert.deepEqual(conversation(log, seq)?.rows.map((r) => r.seq), [2, 3], `from event ${seq}`);
  assert.equal(conversation(log, 2)?.left, 'a');
});
