/** Brings an older recording up to the present version, one step a version. Version 1 is the first. */

type Step = (recording: { readonly [field: string]: unknown }) => { readonly [field: string]: unknown };

/** `STEPS[n]` makes version n + 1 of version n. */
const STEPS: { readonly [from: number]: Step } = {};

export function upgrade(value: unknown): unknown {
  let current = value;
  for (;;) {
    const version = (current as { readonly version?: unknown } | null)?.version;
    const step = typeof version === 'number' ? STEPS[version] : undefined;
    if (step === undefined) return current;
    current = step(current as { readonly [field: string]: unknown });
  }
}
