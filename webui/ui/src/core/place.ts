/** What the page's address tells: everything one may want to send to a friend. */
export interface Place {
  /** selected event */
  sel: number;
  /** playhead: the last event shown; 0 is now */
  at: number;
  /** trace in focus, 0 for all */
  focus: number;
  /** dock tab, such as term:mail1/1, file:mail1:/etc/hosts, mail, portals, story */
  tab: string;
  /** inspector tab */
  view: string;
}

export const nowhere: Place = { sel: 0, at: 0, focus: 0, tab: '', view: '' };

/** Writes a place as a fragment; what is default is left out. */
export function placeText(p: Place): string {
  const q = new URLSearchParams();
  if (p.sel) q.set('sel', String(p.sel));
  if (p.at) q.set('at', String(p.at));
  if (p.focus) q.set('focus', String(p.focus));
  if (p.tab) q.set('tab', p.tab);
  if (p.view) q.set('view', p.view);
  const text = q.toString().replace(/%2F/g, '/').replace(/%3A/g, ':');
  return text ? '#' + text : '';
}

/** Reads a fragment; what is damaged counts as left out. */
export function readPlace(fragment: string): Place {
  const q = new URLSearchParams(fragment.replace(/^#/, ''));
  const seq = (name: string) => {
    const n = Number(q.get(name));
    return Number.isSafeInteger(n) && n > 0 ? n : 0;
  };
  return { sel: seq('sel'), at: seq('at'), focus: seq('focus'), tab: q.get('tab') ?? '', view: q.get('view') ?? '' };
}
