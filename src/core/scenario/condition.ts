/** Conditions about the world, as data: what a wait waits for, what a call needs. */
export type Condition =
  | { readonly device: string; readonly in: readonly string[]; readonly on?: string }
  | { readonly vcpus: 'running' | 'stopped'; readonly on?: string }
  | { readonly armed: string; readonly on?: string }
  | { readonly loaded: string; readonly section?: string; readonly on?: string }
  | { readonly received: string; readonly on?: string }
  | { readonly done: string } // LIST/STEP
  | { readonly flag: string; readonly is: number; readonly on?: string }
  | { readonly idle: string; readonly on?: string } // no request of the device in flight
  | { readonly holds: string; readonly on?: string } // token
  | { readonly pending: string; readonly on?: string } // signal
  | { readonly mapped: string; readonly on?: string } // region
  | { readonly migratable: string } // device
  | { readonly status: 'active' | 'completed' | 'failed' | 'ended'; readonly list: string }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

/** Conditions that a condition consists of, itself included. */
export function conditionsIn(condition: Condition): readonly Condition[] {
  if ('all' in condition) return [condition, ...condition.all.flatMap(conditionsIn)];
  if ('any' in condition) return [condition, ...condition.any.flatMap(conditionsIn)];
  if ('not' in condition) return [condition, ...conditionsIn(condition.not)];
  return [condition];
}
