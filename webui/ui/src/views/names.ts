import type { Lab } from '../state/lab';
import { say } from '../words';

/** What people call a node. */
export function nameOf(lab: Lab, node: string | undefined): string {
  if (!node) return '';
  const found = lab.snapshot.value?.nodes.find((n) => n.id === node);
  return found ? say(found.label) : node;
}
