import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { assert } from '../../core/base/assert.ts';
import type { Lab } from './lab.ts';
import type { LabState } from './state.ts';

export type { DecidedSoFar, ForecastAnswer } from '../emulator-port.ts';

export const LabContext = createContext<Lab | undefined>(undefined);

export function useLab(): Lab {
  const lab = useContext(LabContext);
  assert(lab !== undefined, 'a component outside of a lab');
  return lab;
}

/** A selection of the lab's state; renders again only when it changes. */
export function useLabState<Selected>(select: (state: LabState) => Selected): Selected {
  return useStore(useLab().store, select);
}
