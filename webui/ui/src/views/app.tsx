import type { JSX } from 'preact';
import { signal } from '@preact/signals';
import { words } from '../words';
import { LabPage } from './labpage';
import { ScenarioPage } from './scenarios';
import { WallPage } from './wall';

const path = signal(location.pathname);
addEventListener('popstate', () => { path.value = location.pathname; });

/** Goes to a page of ours without loading it anew. */
export function go(to: string): void {
  history.pushState(null, '', to + location.search);
  path.value = location.pathname;
  scrollTo(0, 0);
}

export function App(): JSX.Element {
  const lab = /^\/lab\/([\w.-]+)$/.exec(path.value);
  if (lab) return <LabPage key={lab[1]} session={lab[1]} />;
  if (path.value === '/wall') return <WallPage />;
  if (path.value === '/') return <ScenarioPage />;
  return <main class="page"><p>{words.value.notFound}</p><button type="button" class="btn" onClick={() => go('/')}>{words.value.home}</button></main>;
}
