import assert from 'node:assert/strict';
import test from 'node:test';
import { Fates } from '../src/core/fate';
import { logOf, row } from './rows';

// mail is an action that hands a mail to a server, which tries once.
const mail = (...more: Parameters<typeof logOf>) => logOf({ kind: 'action', label: 'mail to a@x.kr' }, { kind: 'net.accept', span: 1 }, { kind: 'mail.submit', span: 2 },
  { kind: 'mail.deliver', label: 'deliver <a@x.kr> by smtp', span: 3 }, { kind: 'end', span: 1, outcome: 'ok' }, ...more);

test('a mail fares as its last attempt', () => {
  const onTheWay = new Fates(mail());
  assert.equal(onTheWay.fate(1), 'none');
  assert.equal(onTheWay.verdict(1), 'ok', 'the action itself went well');

  const log = mail({ kind: 'end', span: 4, outcome: 'tempfail' });
  const fates = new Fates(log);
  assert.deepEqual([fates.fate(1), fates.verdict(1), fates.verdict(3)], ['waiting', 'temp', 'temp']);
  log.append(1, 7, [row(7, { kind: 'mail.deliver', span: 3 }), row(8, { kind: 'end', span: 7, outcome: 'ok' }), row(9, { kind: 'end', span: 3 })]);
  assert.deepEqual([fates.fate(1), fates.verdict(1)], ['delivered', 'ok'], 'a later attempt came through');
  assert.equal(fates.trouble(1), 'temp', 'what went before is still told');
});

test('a mail that failed or was given up is not delivered', () => {
  const failed = new Fates(mail({ kind: 'end', span: 4, outcome: 'fail' }));
  assert.deepEqual([failed.fate(1), failed.verdict(1)], ['undelivered', 'bad']);
  const deleted = new Fates(mail({ kind: 'end', span: 4, outcome: 'tempfail' }, { kind: 'end', span: 3 }));
  assert.equal(deleted.fate(1), 'undelivered');
});

test('a notification that arrives is not the mail', () => {
  const fates = new Fates(mail({ kind: 'end', span: 4, outcome: 'fail' }, { kind: 'mail.bounce', span: 3, outcome: 'warn' }, { kind: 'mail.submit', span: 7 }, { kind: 'mail.deliver', span: 8 },
    { kind: 'end', span: 9, outcome: 'ok' }, { kind: 'end', span: 8 }, { kind: 'end', span: 3 }));
  assert.equal(fates.fate(1), 'undelivered');
  assert.equal(fates.fate(8), 'delivered');
});

test('a mail passed on fares as with the next server', () => {
  const fates = new Fates(mail({ kind: 'mail.submit', span: 4 }, { kind: 'mail.deliver', span: 6 }, { kind: 'end', span: 7, outcome: 'tempfail' }, { kind: 'end', span: 4, outcome: 'ok' }, { kind: 'end', span: 3 }));
  assert.deepEqual([fates.fate(3), fates.fate(6), fates.fate(1)], ['delivered', 'waiting', 'waiting']);
});

test('trouble is told by the spans around it', () => {
  const log = logOf({ kind: 'exec' }, { kind: 'net.connect', span: 1 }, { kind: 'net.drop', span: 2, outcome: 'lost' }, { kind: 'end', span: 2, outcome: 'timeout' }, { kind: 'end', span: 1, outcome: 'ok' });
  const fates = new Fates(log);
  assert.deepEqual([fates.verdict(1), fates.trouble(1)], ['ok', 'lost']);
  assert.deepEqual([fates.verdict(2), fates.trouble(2)], ['wait', 'none'], 'its own mark tells it');
  log.cut(2, 2);
  log.append(2, 3, [row(3, { kind: 'end', span: 2, outcome: 'ok' })]);
  assert.equal(fates.trouble(1), 'none', 'another epoch');
});

test('that a name does not exist is no trouble of what asked', () => {
  const absent = new Fates(logOf({ kind: 'exec' }, { kind: 'dns.lookup', span: 1 }, { kind: 'dns.reply', label: 'NXDOMAIN for A a.', span: 2 }, { kind: 'end', span: 2, outcome: 'fail' }));
  assert.equal(absent.trouble(1), 'none');
  const broken = new Fates(logOf({ kind: 'exec' }, { kind: 'dns.lookup', span: 1 }, { kind: 'dns.reply', label: 'SERVFAIL for A a.', span: 2 }, { kind: 'end', span: 2, outcome: 'tempfail' }));
  assert.equal(broken.trouble(1), 'temp');
});
