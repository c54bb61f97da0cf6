import { signal } from '@preact/signals';

/** The path of the page that is shown. */
export const path = signal(location.pathname);
addEventListener('popstate', () => { path.value = location.pathname; });

/** Goes to a page of ours without loading it anew. */
export function go(to: string): void {
  history.pushState(null, '', to + location.search);
  path.value = location.pathname;
  scrollTo(0, 0);
}
