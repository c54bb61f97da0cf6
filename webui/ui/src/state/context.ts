import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Actions } from './actions';
import type { Lab } from './lab';
import type { Playback } from './playback';
import type { View } from './view';

/** All a view of the lab page needs. */
export interface Desk { lab: Lab; view: View; playback: Playback; actions: Actions }

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('no lab around this view');
  return desk;
}
