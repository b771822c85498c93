/** What somebody chose of the lanes: a value, and what can be done to it. The trace's own order of lanes never changes. */
import type { Row } from './rows.ts';

export interface LaneChoice {
  /** Left out, by id. */
  readonly hidden: readonly string[];
  /** Above all others, by id. */
  readonly pinned: readonly string[];
  /** Lanes in the order in which they stand, where that is not their own. */
  readonly order?: readonly string[];
  /** Values of the state that have a lane, by key (why.ts). */
  readonly values?: readonly string[];
}

export const ALL_LANES: LaneChoice = { hidden: [], pinned: [] };

export function toggled(choice: LaneChoice, list: 'hidden' | 'pinned' | 'values', id: string): LaneChoice {
  const before = choice[list] ?? [];
  return { ...choice, [list]: before.includes(id) ? before.filter((one) => one !== id) : [...before, id] };
}

/** Moves a lane by so many places among the lanes of its host, or of those that are pinned. */
export function movedLane(choice: LaneChoice, rows: readonly Row[], id: string, by: number): LaneChoice {
  const row = rows.find((one) => one.id === id);
  if (row === undefined || row.value !== undefined) return choice;
  if (choice.pinned.includes(id)) return { ...choice, pinned: moved(choice.pinned, id, by) };
  const mates = rows.filter((one) => one.host === row.host && one.value === undefined && !choice.pinned.includes(one.id));
  const ids = mates.map((one) => one.id);
  const others = (choice.order ?? []).filter((one) => !ids.includes(one));
  return { ...choice, order: [...others, ...moved(ids, id, by)] };
}

function moved(ids: readonly string[], id: string, by: number): readonly string[] {
  const from = ids.indexOf(id);
  const rest = ids.filter((one) => one !== id);
  return rest.toSpliced(Math.max(0, Math.min(rest.length, from + by)), 0, id);
}
