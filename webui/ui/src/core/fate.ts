import type { EventLog } from './log';
import { verdictOf, verdictOfRow, type Verdict } from './kinds';

/** What became of a mail. */
export type Fate = 'none' | 'delivered' | 'waiting' | 'undelivered';

const badness: Record<Verdict, number> = { none: 0, ok: 0, warn: 0, temp: 1, wait: 2, lost: 2, bad: 3 };
const byFate: Record<Fate, Verdict> = { none: 'none', delivered: 'ok', waiting: 'temp', undelivered: 'bad' };
const order: readonly Fate[] = ['none', 'delivered', 'waiting', 'undelivered'];

/**
 * What the outline says of a span that is folded: how it went, which trouble
 * lies inside, and for mail what became of it. It follows the log as it grows.
 */
export class Fates {
  private next = 1; // first seq not looked at
  private epoch = 0;
  private readonly inside = new Map<number, Verdict>(); // span -> worst trouble below it
  private readonly mails = new Map<number, number[]>(); // span -> mails that entered a server inside it

  constructor(private readonly log: EventLog) {}

  /** How an event or span went. A mail, and the action of sending it, went as its deliveries did. */
  verdict(seq: number): Verdict {
    const row = this.log.get(seq);
    if (!row) return 'none';
    const end = this.log.end(seq);
    const own = end && end.outcome !== '-' ? verdictOf(end.outcome) : verdictOfRow(row);
    const fate = byFate[this.fate(seq)];
    return fate === 'none' || badness[own] > badness[fate] ? own : fate;
  }

  /** The worst trouble inside a span that itself went well, or as if it had; 'none' if there is none. */
  trouble(seq: number): Verdict {
    this.extend();
    const worst = this.inside.get(seq) ?? 'none';
    return badness[this.verdict(seq)] === 0 ? worst : 'none';
  }

  /** What became of a mail that entered a server, or of all mails of an action that sent some; 'none' for everything else. */
  fate(seq: number): Fate {
    this.extend();
    const row = this.log.get(seq);
    if (row?.kind === 'mail.submit') return this.fateOfMail(seq);
    if (row?.kind !== 'action' || !row.label.startsWith('mail ')) return 'none';
    return this.worst(this.mails.get(seq) ?? []);
  }

  private worst(mails: readonly number[]): Fate {
    return order[Math.max(0, ...mails.map((m) => order.indexOf(this.fateOfMail(m))))];
  }

  // A mail that has left the queue was delivered, unless an attempt failed for
  // good or the last one was put off: then it was given up or deleted.
  private fateOfMail(mail: number): Fate {
    const attempts = this.log.children(mail).filter((s) => this.log.get(s)!.kind === 'mail.deliver').map((s) => verdictOf(this.log.outcome(s)));
    const gone = this.log.end(mail) !== undefined;
    if (attempts.includes('bad')) return 'undelivered';
    if (attempts.some((v) => badness[v] > 0)) {
      if (!gone) return 'waiting';
      return badness[attempts[attempts.length - 1]] > 0 ? 'undelivered' : 'delivered';
    }
    return gone && attempts.includes('ok') ? 'delivered' : 'none';
  }

  private extend(): void {
    if (this.epoch !== this.log.epoch) {
      this.epoch = this.log.epoch;
      this.next = 1;
      this.inside.clear();
      this.mails.clear();
    }
    for (; this.next <= this.log.last; this.next++) this.note(this.next);
  }

  private note(seq: number): void {
    const row = this.log.get(seq)!;
    // The end of a span is the span's own outcome, and trouble for those around it.
    const ended = row.kind === 'end';
    const worst = ended ? verdictOf(row.outcome) : verdictOfRow(row);
    const entered = row.kind === 'mail.submit';
    if (badness[worst] === 0 && !entered) return;
    const spans = this.log.path(seq);
    if (entered && !spans.some((s) => this.log.get(s)!.kind === 'mail.bounce')) {
      for (const s of spans) this.mails.set(s, [...(this.mails.get(s) ?? []), seq]);
    }
    if (badness[worst] === 0) return;
    const around = ended ? spans.slice(0, -1) : spans;
    const negative = ended ? this.log.get(row.span!)?.kind === 'dns.lookup' && row.outcome === 'fail' : row.kind.startsWith('dns.') && /\b(NXDOMAIN|no such name)\b/.test(row.label);
    for (let i = around.length - 1; i >= 0; i--) {
      // That a name does not exist is an answer (RFC 2308 2): no trouble of what asked.
      if (negative && this.log.get(around[i])!.kind !== 'dns.lookup') break;
      const before = this.inside.get(around[i]) ?? 'none';
      if (badness[before] >= badness[worst]) break;
      this.inside.set(around[i], worst);
    }
  }
}
