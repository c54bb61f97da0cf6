import assert from 'node:assert/strict';
import test from 'node:test';
import { frameAt } from '../src/core/frame';
import { Geometry } from '../src/core/geometry';
import { failed, verdictOfRow } from '../src/core/kinds';
import { Routes } from '../src/core/routes';
import { EventLog } from '../src/core/log';
import { Track } from '../src/core/track';
import type { Row } from '../src/protocol';
import { logOf, row } from './rows';

const all = { focus: 0, all: false };
const s = 1e9;
const ms = 1e6;
const query = (at: number, took: number, part: Partial<Row> = {}): Partial<Row> => ({ kind: 'dns.query', node: 'a', peer: 'b', link: 'l', at, took, ...part });

test('what starts after an arrival starts after it on screen', () => {
  const track = new Track(logOf(query(0, 30 * ms), query(10 * ms, 5 * ms), query(30 * ms, ms)), all);
  assert.ok(track.starts[1] < track.starts[0] + track.spans[0], 'both are under way at once');
  assert.ok(track.starts[2] >= track.starts[0] + track.spans[0], 'the third waits for the first');
});

test('hops last 250 to 900 ms', () => {
  const track = new Track(logOf(query(0, 0), query(s / 2, 30 * ms), query(s, 5 * s)), all);
  for (const span of track.spans) assert.ok(span >= 250 && span <= 900, String(span));
});

test('a pause over a second is a labelled gap, a flight is not', () => {
  const track = new Track(logOf(query(0, ms), query(127 * s + ms, 3 * s), { at: 130 * s + ms }), all);
  assert.deepEqual(track.gaps.map((g) => [g.index, g.ns]), [[1, 127 * s]]);
  assert.equal(track.gapAt(track.gaps[0].from + 1)?.ns, 127 * s);
  assert.ok(track.total < 4000, 'the screen waits no 127 s');
});

test('growing the log moves nothing, and playing equals seeking', () => {
  const parts = Array.from({ length: 400 }, (_, i) => query(i * (i % 7) * 20 * ms, (i % 5) * 9 * ms));
  parts.sort((a, b) => a.at! - b.at!);
  const whole = new Track(logOf(...parts), all);
  const log = new EventLog();
  log.cut(1, 0);
  const grown = new Track(log, all);
  parts.forEach((p, i) => {
    log.append(1, i + 1, [row(i + 1, p)]);
    grown.extend();
  });
  assert.deepEqual(grown.starts, whole.starts);
  assert.deepEqual(grown.gaps, whole.gaps);
});

test('stepping visits each visible event once, and back', () => {
  const track = new Track(logOf(query(0, ms), query(0, ms), { at: 0, kind: 'host.log' }, query(5 * s, ms), query(5 * s, ms, { outcome: 'lost' })), all);
  assert.deepEqual(track.seqs, [1, 2, 4, 5]);
  const there = [0, 1, 2, 3].map((i) => track.indexAt(track.rest(i)));
  assert.deepEqual(there, [0, 1, 2, 3]);
  assert.equal(track.indexAt(track.rest(-1)), -1);
  assert.equal(track.indexOf(3), 1);
});

test('20,000 events are placed and sought fast', () => {
  const log = new EventLog();
  log.cut(1, 0);
  log.append(1, 1, Array.from({ length: 20000 }, (_, i) => row(i + 1, query(i * ms, 40 * ms))));
  const before = performance.now();
  const track = new Track(log, all);
  for (let i = 0; i < 1000; i++) track.indexAt((track.total * i) / 1000);
  assert.ok(performance.now() - before < 1000);
});

const nodes = ['a', 'm', 'b'].map((id, x) => ({ id, label: { ko: id, en: id }, kind: 'host', x, y: 0 }));
const links = [{ id: 'l1', nodes: ['a', 'm'] }, { id: 'l2', nodes: ['b', 'm'] }];
const geometry = new Geometry(nodes, links, { w: 600, h: 200 }, () => ({ w: 80, h: 40 }));
const routes = new Routes(links, geometry);

test('a mark travels its links, and a lost one ends on the last with a cross', () => {
  const log = logOf(query(0, 30 * ms, { link: 'l1,l2' }), query(s, 30 * ms, { link: 'l1', outcome: 'lost' }));
  const track = new Track(log, all);
  const xs = [0.1, 0.5, 0.9].map((f) => frameAt(log, track, geometry, routes, track.starts[0] + f * track.spans[0]).marks[0].x);
  assert.ok(xs[0] < xs[1] && xs[1] < xs[2]);
  const end = frameAt(log, track, geometry, routes, track.total + 10).marks.at(-1)!;
  assert.equal(end.form, 'lost');
  const [a, m] = [geometry.boxes.get('a')!, geometry.boxes.get('m')!];
  assert.ok(end.x > a.x + 40 && end.x < m.x, 'between the ends of its last link');
  assert.equal(end.seq, 2);
});

test('the way is found without links too', () => {
  const there = [{ link: 'l1', to: 'm' }, { link: 'l2', to: 'b' }];
  assert.deepEqual(routes.route('a', 'b'), there);
  assert.deepEqual(routes.hops(row(1, { node: 'a', peer: 'b', link: 'nonsense' })), there);
  assert.deepEqual(routes.hops(row(1, { node: 'a', peer: 'b', link: 'l1,l2' })), there);
  assert.equal(routes.way(row(1, { node: 'a', peer: 'nobody' })), undefined);
});

test('a segment of many nodes is a bus on a free half row, and packets go along it', () => {
  const at = (id: string, x: number, y: number) => ({ id, label: { ko: id, en: id }, kind: 'host', x, y });
  const lan = [{ id: 'lan', nodes: ['r', 'p', 'q', 's'] }, { id: 'wan', nodes: ['r', 'far'] }];
  const g = new Geometry([at('r', 1, 0), at('far', 3, 0), at('p', 0, 1), at('q', 1, 1), at('s', 2, 1)], lan, { w: 700, h: 300 }, () => ({ w: 60, h: 40 }));
  const bus = g.wires.get('lan')!.bus!;
  assert.ok(bus > g.boxes.get('r')!.y + 20 && bus < g.boxes.get('p')!.y - 20);
  assert.equal(g.wires.get('wan')!.bus, undefined);
  const r = new Routes(lan, g);
  const way = r.way(row(1, { kind: 'dns.query', node: 'p', peer: 's', link: 'lan' }))!;
  assert.deepEqual(way.points.map((p) => Math.round(p.y)).slice(1, 3), [Math.round(bus), Math.round(bus)]);
  const lost = r.way(row(2, { kind: 'net.packet', node: 'p', peer: '192.0.2.1', link: 'lan', outcome: 'lost' }))!;
  assert.ok(lost.length < r.way(row(3, { kind: 'net.packet', node: 'p', peer: 'r', link: 'lan' }))!.length, 'towards the router, not reaching it');
});

test('the verdict of a reply is its code, not its arrival', () => {
  const verdict = (kind: string, label: string, outcome = 'ok') => verdictOfRow(row(1, { kind, label, outcome, peer: 'b', link: 'l' }));
  assert.equal(verdict('smtp.reply', '250 2.1.0 Ok'), 'none');
  assert.equal(verdict('smtp.reply', '550 5.7.25 Client host rejected'), 'bad');
  assert.equal(verdict('smtp.reply', '450 4.7.1 try again'), 'temp');
  assert.equal(verdict('dns.reply', 'NXDOMAIN for PTR x.'), 'bad');
  assert.equal(verdict('dns.reply', 'NOERROR 192.0.2.1 for A x.'), 'none');
  assert.equal(verdict('dns.query', 'A x.', 'lost'), 'lost');
  assert.equal(failed(row(1, { kind: 'mail.policy', outcome: 'fail' })), true);
});

test('above 200 in flight marks are counted per link, failures stay single', () => {
  const log = logOf(...Array.from({ length: 600 }, (_, i) => query(i, 900 * ms, { link: 'l1', outcome: i === 590 ? 'lost' : '-' })));
  const track = new Track(log, all);
  const frame = frameAt(log, track, geometry, routes, track.starts[599]);
  assert.ok(frame.marks.length <= 200 && frame.marks.some((m) => m.seq === 591));
  assert.ok(frame.pills.length > 0 && frame.pills[0].count > 100);
});

test('boxes never touch, however small the room', () => {
  const small = new Geometry(nodes, links, { w: 100, h: 50 }, () => ({ w: 120, h: 40 }));
  assert.ok(small.boxes.get('m')!.x - small.boxes.get('a')!.x >= 120);
  assert.equal(new Geometry([], [], { w: 10, h: 10 }, () => ({ w: 1, h: 1 })).boxes.size, 0);
});

test('playback stands before the next visible event if the one asked about is not shown', () => {
  const log = logOf({ kind: 'action' }, { kind: 'note', span: 1 }, { kind: 'net.connect', span: 1 }, { kind: 'smtp.command', span: 3 }, { kind: 'action' }, { kind: 'dns.lookup', span: 5 });
  const track = new Track(log, { focus: 0, all: false });
  assert.deepEqual([2, 3, 4, 6].map((seq) => track.seqs[track.standBefore(seq)]), [2, 4, 4, undefined]);
  assert.equal(new Track(log, { focus: 5, all: false }).standBefore(3), -1, 'outside the focus');
});
