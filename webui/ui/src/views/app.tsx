import type { JSX } from 'preact';
import { go, path } from '../state/route';
import { words } from '../words';
import { LabPage } from './labpage';
import { ScenarioPage } from './scenarios';
import { WallPage } from './wall';

export function App(): JSX.Element {
  const lab = /^\/lab\/([\w.-]+)$/.exec(path.value);
  if (lab) return <LabPage key={lab[1]} session={lab[1]} />;
  if (path.value === '/wall') return <WallPage />;
  if (path.value === '/') return <ScenarioPage />;
  return <main class="page"><p>{words.value.notFound}</p><button type="button" class="btn" onClick={() => go('/')}>{words.value.home}</button></main>;
}
