import type { Row } from '../protocol';
import type { Words } from '../words/en';
import { labelOf } from './action';

/** An event as a sentence; names are what people call the nodes. */
export function sentence(row: Row, w: Words, name: (node: string) => string): string {
  const a = name(row.node ?? '');
  const b = name(row.peer ?? '');
  const what = labelOf(row, w);
  if (row.outcome === 'lost' && row.kind !== 'net.drop') return w.say.lost(a, b || '?', what);
  switch (row.kind) {
    case 'dns.query': return w.say.query(a, b, what);
    case 'dns.reply': return w.say.reply(a, b, what);
    case 'dns.cache': return w.say.cache(a, what);
    case 'net.drop': return w.say.drop(a, what);
    case 'net.connect': return b ? w.say.connect(a, b, what) : w.say.other(a, what);
    case 'mail.policy': return w.say.policy(a, what);
    case 'mail.queue': return w.say.queue(a, what);
    case 'mail.bounce': return w.say.bounce(a, what);
    case 'mail.submit': return w.say.submit(a, what);
    case 'mail.deliver': return w.say.deliver(a, what);
    case 'host.config': return w.say.config(a, what);
    case 'host.unit': return w.say.unit(a, what);
    case 'file.write': return w.say.write(a, what);
    case 'end': return w.say.gaveUp(a);
    case 'exec': return w.say.exec(a, what);
    case 'check': return w.say.check(what);
    case 'portal': return w.say.portal(what);
    default: return b ? w.say.tells(a, b, what) : w.say.other(a, what);
  }
}
