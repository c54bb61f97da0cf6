import type { Lab } from '../state/lab';
import { say, words } from '../words';

/** What people call a node; where two are called the same, with the network it is in. */
export function nameOf(lab: Lab, node: string | undefined): string {
  if (!node) return '';
  const snapshot = lab.snapshot.value;
  const found = snapshot?.nodes.find((n) => n.id === node);
  if (!found) return node;
  const name = say(found.label);
  const zone = say(snapshot?.networks?.find((z) => z.id === found.zone)?.label).split(',')[0];
  const alone = !snapshot?.nodes.some((n) => n !== found && say(n.label) === name);
  return alone || !zone ? name : words.value.nodeIn(zone, name);
}

/** The name as it stands in the node's box. */
export function shortName(lab: Lab, node: string | undefined): string {
  return say(lab.snapshot.value?.nodes.find((n) => n.id === node)?.label) || (node ?? '');
}
