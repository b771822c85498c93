/** Where in a log something stands, and the states that end a migration. */

/** When, and where in the file. */
export interface Mark {
  readonly t: string | null;
  readonly line: number;
}

export const TERMINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

export interface StateMark extends Mark {
  readonly state: string;
}

/** Whether the last of these states ends a migration. */
export function isOver(states: readonly StateMark[]): boolean {
  const last = states.at(-1)?.state;
  return last !== undefined && TERMINAL.has(last);
}

/** Microseconds since 1970 of the first of these marks; 0 without a time. */
export function microsOf(...marks: readonly (Mark | null | undefined)[]): number {
  const t = marks.find((one) => one !== null && one !== undefined)?.t ?? '0';
  return Math.round(Number(t) * 1e6);
}
