/**
 * The state machine of migration v2 for every set of capability flags (vfio-v2.md, section 3): one table for all
 * features, and the rule that skips the states which a device lacks.
 */

export const STATES = ['ERROR', 'STOP', 'RUNNING', 'STOP_COPY', 'RESUMING', 'RUNNING_P2P', 'PRE_COPY', 'PRE_COPY_P2P'] as const;

/** Numbers as the uAPI has them. */
export const ERROR = 0;
export const STOP = 1;
export const RUNNING = 2;
export const STOP_COPY = 3;
export const RESUMING = 4;
export const PRE_COPY = 6;
export const PRE_COPY_P2P = 7;

/** VFIO_MIGRATION_STOP_COPY, _P2P, _PRE_COPY. */
export const FLAG_STOP_COPY = 1;
const FLAG_P2P = 2;
const FLAG_PRE_COPY = 4;

/** Flags that a state needs, by number; ERROR can never be asked for. */
const NEEDS = [8, FLAG_STOP_COPY, FLAG_STOP_COPY, FLAG_STOP_COPY, FLAG_STOP_COPY, FLAG_P2P, FLAG_PRE_COPY, FLAG_P2P | FLAG_PRE_COPY];

/** Next step from (row) towards (column), columns STOP … PRE_COPY_P2P; 0 is an error. */
const NEXT: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0, 0],
  [1, 5, 3, 4, 5, 5, 5],
  [5, 2, 5, 5, 5, 6, 5],
  [1, 1, 3, 1, 1, 0, 0],
  [1, 1, 1, 4, 1, 1, 1],
  [1, 2, 1, 1, 5, 2, 7],
  [2, 2, 7, 2, 2, 6, 7],
  [5, 5, 3, 5, 5, 6, 7],
];

/** States passed on the way, `to` included; undefined where the request is refused (EINVAL). */
export function pathOf(flags: number, from: number, to: number): readonly number[] | undefined {
  if (from === to) return from === ERROR ? [] : stateExists(flags, to) ? [] : undefined;
  if (from === ERROR || !stateExists(flags, to)) return undefined;
  const path: number[] = [];
  for (let at = from; at !== to; ) {
    at = step(flags, at, to);
    if (at === ERROR || path.length > STATES.length) return undefined;
    path.push(at);
  }
  return path;
}

function stateExists(flags: number, state: number): boolean {
  const needs = NEEDS[state];
  return Number.isInteger(state) && needs !== undefined && (needs & ~flags) === 0;
}

function step(flags: number, from: number, to: number): number {
  let next = NEXT[from]?.[to - 1] ?? ERROR;
  while (next !== ERROR && !stateExists(flags, next)) next = NEXT[next]?.[to - 1] ?? ERROR;
  return next;
}

/** Whether an arc begins a session: `saving`, `resuming`, or none. */
export function sessionOf(from: number, to: number): 'saving' | 'resuming' | undefined {
  if (to === RESUMING) return 'resuming';
  const saves = (state: number) => state === PRE_COPY || state === PRE_COPY_P2P || state === STOP_COPY;
  return saves(to) && !saves(from) ? 'saving' : undefined;
}

/** Whether an arc ends the session that was open. */
export function endsSession(from: number, to: number): boolean {
  const group = (state: number) => (state === RESUMING ? 1 : state === PRE_COPY || state === PRE_COPY_P2P || state === STOP_COPY ? 2 : 0);
  return group(from) !== 0 && group(from) !== group(to);
}
