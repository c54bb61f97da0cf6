/**
 * The state machine of the connection, without a socket or a clock: events in,
 * the next state and what to do out.
 */
export type LinkState =
  | { name: 'connecting'; tries: number }
  | { name: 'open' }
  | { name: 'waiting'; tries: number; delay: number } // until the next try, ms
  | { name: 'ended' };

export type LinkEvent = 'opened' | 'lost' | 'timer' | 'retry' | 'bye';

export type LinkEffect = { do: 'connect' } | { do: 'wait'; delay: number } | { do: 'none' };

/** Waiting time before try n (1, 2, ...), ms: 0.5 s doubling up to 8 s, spread by `random` 0..1 so that a class does not come back at once. */
export function backoff(tries: number, random: number): number {
  const full = Math.min(8000, 500 * 2 ** Math.max(0, tries - 1));
  return Math.max(500, Math.round(full * (0.75 + 0.25 * random)));
}

/** A socket that says nothing for so long is taken for dead, ms. Pings go every third of it. */
export const SILENCE = 6000;

export function step(state: LinkState, event: LinkEvent, random: number): [LinkState, LinkEffect] {
  const none: LinkEffect = { do: 'none' };
  if (state.name === 'ended') return [state, none];
  switch (event) {
    case 'bye':
      return [{ name: 'ended' }, none];
    case 'opened':
      return [{ name: 'open' }, none];
    case 'lost': {
      if (state.name === 'waiting') return [state, none];
      const tries = state.name === 'connecting' ? state.tries + 1 : 1;
      const delay = backoff(tries, random);
      return [{ name: 'waiting', tries, delay }, { do: 'wait', delay }];
    }
    case 'timer':
    case 'retry':
      if (state.name !== 'waiting') return [state, none];
      return [{ name: 'connecting', tries: state.tries }, { do: 'connect' }];
  }
}
