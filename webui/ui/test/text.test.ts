import assert from 'node:assert/strict';
import test from 'node:test';
import { runs } from '../src/core/ansi';
import { duration, thousands, WallClock } from '../src/core/duration';
import { hexLines } from '../src/core/hex';
import { withJosa, type Particle } from '../src/core/josa';
import { complete, control, History } from '../src/core/lineedit';
import { backoff, step, type LinkState } from '../src/core/link';
import { nowhere, placeText, readPlace } from '../src/core/place';
import { sentence } from '../src/core/story';
import { en } from '../src/words/en';
import { ko } from '../src/words/ko';
import { row } from './rows';

test('particles follow the sound of the word', () => {
  const cases: [string, Particle, string][] = [
    ['서버', '을', '서버를'], ['메일', '을', '메일을'], ['메일', '으로', '메일로'], ['집', '으로', '집으로'], ['서버', '으로', '서버로'], ['루트', '이', '루트가'],
    ['mail1', '이', 'mail1이'], ['ns2', '이', 'ns2가'], ['ns3', '은', 'ns3은'], ['port 10', '을', 'port 10을'], ['192.0.2.0', '을', '192.0.2.0을'],
    ['DNS', '은', 'DNS는'], ['MX', '을', 'MX를'], ['URL', '으로', 'URL로'], ['TLD', '이', 'TLD가'], ['통신사 (ISP)', '이', '통신사 (ISP)가'], ['lookup', '을', 'lookup을'], ['mail', '은', 'mail은'],
  ];
  for (const [word, particle, want] of cases) assert.equal(withJosa(word, particle), want);
});

test('both dictionaries have the same keys', () => {
  const keys = (o: object): string[] => Object.entries(o).flatMap(([k, v]) => (typeof v === 'object' ? keys(v as object).map((x) => `${k}.${x}`) : [k])).sort();
  assert.deepEqual(keys(ko), keys(en));
});

test('an event reads as a sentence', () => {
  const name = (n: string) => ({ res: '리졸버', root: '루트' })[n] ?? n;
  const r = row(1, { kind: 'dns.query', node: 'res', peer: 'root', label: 'MX example.kr' });
  assert.equal(sentence(r, ko, name), '리졸버가 루트에 묻습니다: MX example.kr');
  assert.equal(sentence({ ...r, outcome: 'lost' }, en, (n) => n), 'Lost on the way from res to root: MX example.kr');
});

test('durations are short', () => {
  const cases: [number, string][] = [[0, '0 ms'], [4e5, '0.4 ms'], [31e6, '31 ms'], [1.2e9, '1.2 s'], [127e9, '127 s'], [3541e9, '59 m 1 s'], [3600e9, '1 h'], [443400e9, '5 d 3 h']];
  for (const [ns, want] of cases) assert.equal(duration(ns), want);
  assert.equal(thousands(1234567), '1,234,567');
});

test('the clock shows the time of the world, not of the browser', () => {
  const clock = new WallClock('2026-03-02T09:00:00+09:00');
  assert.equal(clock.time(843e9), '09:14:03');
  assert.equal(new WallClock('nonsense').time(0), '00:00:00');
});

test('terminal colours become runs, other controls vanish', () => {
  assert.deepEqual(runs('a\x1b[1;31mb\x1b[0mc\x1b[2K\x1b]0;title\x07d\r\n\x07'), [{ text: 'a', className: '' }, { text: 'b', className: 'sgr-bold sgr-1' }, { text: 'cd\n', className: '' }]);
});

test('line editing', () => {
  assert.deepEqual(control('w', { text: 'dig mx  example', at: 8 }), { text: 'dig example', at: 4 });
  assert.deepEqual(control('k', { text: 'abc', at: 1 }), { text: 'a', at: 1 });
  assert.deepEqual(complete('cat /etc/po', 11, 4, ['/etc/postfix/']), { text: 'cat /etc/postfix/', at: 17, choices: [] });
  assert.deepEqual(complete('d', 1, 0, ['dig', 'diff']), { text: 'di', at: 2, choices: ['dig', 'diff'] });
  const h = new History(['one', 'two']);
  assert.deepEqual([h.back('draft'), h.back(''), h.back(''), h.forward(''), h.forward('')], ['two', 'one', 'one', 'two', 'draft']);
});

test('the place survives the address', () => {
  const place = { sel: 12, at: 7, focus: 3, tab: 'file:mail1:/etc/postfix/main.cf', view: 'bytes' };
  assert.deepEqual(readPlace(placeText(place)), place);
  assert.deepEqual(readPlace('#sel=-4&at=x&tab=%zz'.replace('%zz', '')), nowhere);
  assert.equal(placeText(nowhere), '');
});

test('the connection backs off and recovers', () => {
  let state: LinkState = { name: 'connecting', tries: 0 };
  const delays: number[] = [];
  for (let i = 0; i < 7; i++) {
    const [waiting, effect] = step(state, 'lost', 1);
    if (effect.do === 'wait') delays.push(effect.delay);
    const [next, then] = step(waiting, i === 2 ? 'retry' : 'timer', 1);
    assert.equal(then.do, 'connect');
    state = next;
  }
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.equal(backoff(1, 0), 500);
  [state] = step(state, 'opened', 1);
  assert.deepEqual(state, { name: 'open' });
  [state] = step(state, 'bye', 1);
  assert.deepEqual(step(state, 'retry', 1), [{ name: 'ended' }, { do: 'none' }]);
});

test('a hex dump', () => {
  assert.deepEqual(hexLines(new Uint8Array([0x41, 0, 0xff])), [{ at: 0, bytes: ['41', '00', 'ff', '  ', '  ', '  ', '  ', '  '], text: 'A..' }]);
});
