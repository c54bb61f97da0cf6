import assert from 'node:assert/strict';
import test from 'node:test';
import { labelOf, spanOf } from '../src/core/action';
import { en } from '../src/words/en';
import { ko } from '../src/words/ko';
import { row } from './rows';

test('what people did is told in the language of the page', () => {
  const said = (label: string) => [en, ko].map((w) => labelOf(row(1, { kind: 'action', label }), w));
  assert.deepEqual(said('mail to a@x.kr'), ['mail to a@x.kr', '메일: a@x.kr']);
  assert.deepEqual(said('advance 2h0m0s'), ['2 h pass', '2 h 경과']);
  assert.deepEqual(said('power reset'), ['power reset', '전원: 껐다 켜기']);
  assert.deepEqual(said('$ advance 2h'), ['$ advance 2h', '$ advance 2h'], 'a command is not translated');
  assert.equal(labelOf(row(1, { kind: 'host.log', label: 'mail to a@x.kr' }), ko), 'mail to a@x.kr', 'nor what a daemon says');
});

test('spans of time', () => {
  assert.deepEqual(['2h0m0s', '1m30s', '1.5s', '300ms', 'soon', '5', '1h soon'].map(spanOf), [7200e9, 90e9, 1.5e9, 300e6, undefined, undefined, undefined]);
});
