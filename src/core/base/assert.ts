/** Assertions for errors in code. Errors in input are data (problems, notes) and never come here. */

/** Throws when `condition` is false; the message should carry the values that disagree. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Closes a switch over a union: a case that is missing is a compile error, a value from outside throws. */
export function never(value: never, what: string): never {
  throw new Error(`unexpected ${what}: ${String(value)}`);
}
