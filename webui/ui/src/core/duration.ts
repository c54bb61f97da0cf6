/** A span of virtual time in ns, short: "0.4 ms", "31 ms", "1.20 s", "127 s", "59 m 1 s", "5 d 2 h". */
export function duration(ns: number): string {
  const ms = ns / 1e6;
  if (ms < 1) return trim(ms.toFixed(2)) + ' ms';
  if (ms < 999.5) return Math.round(ms) + ' ms';
  const s = ns / 1e9;
  if (s < 10) return trim(s.toFixed(2)) + ' s';
  if (s < 600) return Math.round(s) + ' s';
  const whole = Math.round(s);
  if (whole < 3600) return join(Math.floor(whole / 60), 'm', whole % 60, 's');
  if (whole < 86400) return join(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'm');
  return join(Math.floor(whole / 86400), 'd', Math.floor((whole % 86400) / 3600), 'h');
}

function join(a: number, unitA: string, b: number, unitB: string): string {
  return b ? `${a} ${unitA} ${b} ${unitB}` : `${a} ${unitA}`;
}

function trim(s: string): string {
  return s.includes('.') ? s.replace(/\.?0+$/, '') : s;
}

/** "3,541" */
export function thousands(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * The world's wall clock: a start with its own zone ("2026-03-02T09:00:00+09:00")
 * plus virtual time, always shown in the world's zone.
 */
export class WallClock {
  private readonly start: number; // ms, as if the zone were UTC

  constructor(start: string) {
    const local = start.replace(/(Z|[+-]\d\d:?\d\d)$/, 'Z');
    const ms = Date.parse(local);
    this.start = Number.isFinite(ms) ? ms : 0;
  }

  private at(ns: number): Date {
    return new Date(this.start + ns / 1e6);
  }

  /** 09:14:03 */
  time(ns: number): string {
    return this.at(ns).toISOString().slice(11, 19);
  }

  /** 09:14:03.120 */
  exact(ns: number): string {
    return this.at(ns).toISOString().slice(11, 23);
  }

  /** 03-02 */
  date(ns: number): string {
    return this.at(ns).toISOString().slice(5, 10);
  }
}
