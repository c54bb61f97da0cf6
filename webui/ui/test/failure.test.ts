import assert from 'node:assert/strict';
import test from 'node:test';
import { mainFailure } from '../src/core/failure';
import { logOf } from './rows';

test('a refusal says most', () => {
  const log = logOf({ kind: 'action' }, { kind: 'net.connect', span: 1 }, { kind: 'end', span: 2, outcome: 'timeout' }, { kind: 'smtp.reply', outcome: 'ok', label: '550 5.7.25 no', span: 1 }, { kind: 'dns.reply', label: 'NXDOMAIN', outcome: 'ok' });
  assert.equal(mainFailure(log, 1, log.last), 4);
});

test('the connection of a failed delivery says more than an address tried in vain', () => {
  const log = logOf({ kind: 'action' }, { kind: 'net.connect', span: 1 }, { kind: 'end', span: 2, outcome: 'refused' }, { kind: 'mail.deliver', span: 1 }, { kind: 'net.connect', span: 4 },
    { kind: 'end', span: 5, outcome: 'timeout' }, { kind: 'end', span: 4, outcome: 'tempfail' }, { kind: 'end', span: 1, outcome: 'ok' });
  assert.equal(mainFailure(log, 1, log.last), 5);
  assert.equal(mainFailure(log, 1, 3), 2, 'if there is nothing else');
});

test('all went well', () => {
  const log = logOf({ kind: 'action' }, { kind: 'end', span: 1, outcome: 'ok' });
  assert.equal(mainFailure(log, 1, log.last), 0);
});
