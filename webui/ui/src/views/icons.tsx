import type { JSX } from 'preact';

const paths = {
  play: 'M5 3.5v9l7.5-4.5z', pause: 'M4.5 3.5v9M11.5 3.5v9', next: 'M3.5 3.5v9l6-4.5zM12 3.5v9', previous: 'M12.5 3.5v9l-6-4.5zM4 3.5v9',
  skip: 'M2.5 4l4 4-4 4M7 4l4 4-4 4M13.5 3.5v9', now: 'M8 2.5a5.5 5.5 0 1 0 5.5 5.5M8 5v3l2 1.5', check: 'M3 8.5 6.5 12 13 4.5', cross: 'M4 4l8 8M12 4l-8 8',
  bang: 'M8 3v6M8 12v.5', hourglass: 'M4.5 2.5h7M4.5 13.5h7M5 2.5c0 3 6 8 6 11M11 2.5c0 3-6 8-6 11', plus: 'M8 3v10M3 8h10', close: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  chevron: 'M6 4l4 4-4 4', down: 'M4 6l4 4 4-4', up: 'M4 10l4-4 4 4', hint: 'M5.5 9.5a3.8 3.8 0 1 1 5 0c-.8.8-.8 1.5-.8 2h-3.4c0-.5 0-1.2-.8-2zM6.5 14h3', undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5l3-3M3 6.5l3 3',
  terminal: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8 10.5h3.5', file: 'M4 2h5l3 3v9H4zM9 2v3h3', folder: 'M2 4h4l1.5 1.5H14V13H2z', mail: 'M2 4h12v8.5H2zM2.3 4.5 8 9l5.7-4.5', portal: 'M2.5 3h11v7.5H8L5 13.5v-3H2.5z',
  story: 'M3 4h10M3 8h10M3 12h6', gear: 'M8 5.5a2.5 2.5 0 1 0 .01 0M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6l1.4 1.4M11 11l1.4 1.4M3.6 12.4l1.4-1.4M11 5l1.4-1.4',
  globe: 'M8 2a6 6 0 1 0 .01 0M2 8h12M8 2c-3.5 4-3.5 8 0 12M8 2c3.5 4 3.5 8 0 12', sun: 'M8 5a3 3 0 1 0 .01 0M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.5M7 6.5h.5M10 6.5h.5M12 6.5h.2M5 9.5h6', search: 'M7 2.5a4.5 4.5 0 1 0 .01 0M10.3 10.3l3.2 3.2', download: 'M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
  larger: 'M3 10V3h0M3 13V9.5M3 13h3.5M13 3H9.5M13 3v3.5M3 13l4-4M13 3 9 7', smaller: 'M7 9H3.5M7 9v3.5M9 7h3.5M9 7V3.5M7 9l-4.5 4.5M9 7l4.5-4.5', more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  linked: 'M6.5 9.5l3-3M7.5 4.5l1.5-1.5a2.8 2.8 0 0 1 4 4L11.5 8.5M8.5 11.5 7 13a2.8 2.8 0 0 1-4-4l1.5-1.5', wait: 'M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.2l2.2 1.3', lock: 'M4 7.5h8V13H4zM5.5 7.5V5.5a2.5 2.5 0 0 1 5 0v2',
  info: 'M8 3.2v.5M8 6.5v6', fail: 'M8 2.2 14.3 13H1.7zM8 6.5v3M8 11.3v.2', hand: 'M5 8.5V4a1 1 0 0 1 2 0M7 7V3a1 1 0 0 1 2 0v4M9 7.5V4a1 1 0 0 1 2 0v5c0 3-1.5 4.5-3.5 4.5S4.5 12 3 9.5a1 1 0 0 1 2-1', restart: 'M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3',
  computer: 'M2 3h12v7.5H2zM6 13.5h4M8 10.5v3', server: 'M3 2.5h10v4.5H3zM3 9h10v4.5H3zM5 4.8h.5M5 11.2h.5', router: 'M2 9h12v4H2zM4.5 11h.5M8 9V5.5M5.5 4.5a3.5 3.5 0 0 1 5 0M4 3a5.5 5.5 0 0 1 8 0', cloud: 'M4.5 12.5a3 3 0 0 1 0-6 3.8 3.8 0 0 1 7.2 1 2.5 2.5 0 0 1 0 5z',
  tree: 'M8 2.5v3M4 9V7.5h8V9M2.5 9.5h3v3h-3zM10.5 9.5h3v3h-3zM6.5 2h3v3h-3z', shield: 'M8 2l5 2v4c0 3-2.5 5-5 6-2.5-1-5-3-5-6V4z', inbox: 'M2 9.5V13h12V9.5M8 2v7M5 6.2 8 9.2 11 6.2', list: 'M5.5 4H14M5.5 8H14M5.5 12H14M2 4h.5M2 8h.5M2 12h.5', web: 'M2 3h12v10H2zM2 6h12M4 4.5h.3',
  eye: 'M1.5 8C3 5 5.3 3.5 8 3.5S13 5 14.5 8C13 11 10.7 12.5 8 12.5S3 11 1.5 8zM8 6a2 2 0 1 0 .01 0', root: 'M8 13.5V6M8 9l-3.5-2M8 7.5l3.5-2M8 6a2 2 0 1 1 .01 0M4.5 7a1.5 1.5 0 1 1 0-.1M11.5 5.5a1.5 1.5 0 1 0 0-.1',
} as const;

export type IconName = keyof typeof paths;

/** An outline icon; a text beside it or a label of its button says what it is. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

const verdictIcons = { ok: 'check', warn: 'info', temp: 'bang', bad: 'cross', wait: 'hourglass', lost: 'cross' } as const;

/** Icon and word of a verdict; a quiet one shows the icon alone. */
export function VerdictMark({ verdict, word, quiet }: { verdict: string; word?: string; quiet?: boolean }): JSX.Element | null {
  const name = verdictIcons[verdict as keyof typeof verdictIcons];
  if (!name) return null;
  return (
    <span class={`verdict v-${verdict}`} title={quiet ? word : undefined}>
      <Icon name={name} size={14} />
      {word ? <span class={quiet ? 'hidden' : ''}>{word}</span> : null}
    </span>
  );
}

/** Path of a node's picture. */
export function nodeIcon(kind: string, role: string | undefined): IconName {
  switch (role || kind) {
    case 'client': case 'pc': return 'computer';
    case 'mail': return 'mail';
    case 'resolver': return 'search';
    case 'auth': return 'list';
    case 'root': case 'tld': return 'tree';
    case 'reverse': return 'undo';
    case 'web': case 'http': return 'web';
    case 'dnsbl': return 'lock';
    case 'firewall': case 'nat': return 'shield';
  }
  switch (kind) {
    case 'router': case 'switch': return 'router';
    case 'cloud': case 'isp': return 'cloud';
    default: return 'server';
  }
}

export function iconPath(name: IconName): string {
  return paths[name];
}

/** Outline of a mark by its shape, around 0,0; the direction of travel is +x. */
export const shapePaths: Record<string, string> = {
  dns: 'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z',
  mail: 'M-8-5.5H8V5.5H-8zM-8-5.5 0 1.5 8-5.5',
  tcp: 'M-5-5H5V5H-5z',
  check: 'M-7 0-3.5-6H3.5L7 0 3.5 6H-3.5z',
  edit: 'M-5-6.5H2L5-3.5V6.5H-5z',
  unit: 'M0-7 7 0 0 7-7 0z',
  note: 'M-6-5H6V4H0L-3 7V4H-6z',
};
