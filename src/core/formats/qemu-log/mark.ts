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
