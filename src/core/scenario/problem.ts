/** What is wrong with a file, and what the checks may know of what is built in. */

/** One thing to mend in a file. */
export interface Problem {
  /** Where, as a JSON path: `$.steps.source[2].does[0].set`. */
  readonly path: string;
  /** What is wrong, what was expected, what to do. */
  readonly message: string;
}

/** Ids of what is built in: the scenario layer does not know the emulator. */
export interface BuiltIn {
  readonly protocols: readonly { readonly id: string; readonly states: readonly { readonly id: string }[] }[];
  readonly models: readonly { readonly id: string; readonly protocol: string; readonly sections?: readonly { readonly id: string }[] }[];
}
