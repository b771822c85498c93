import type { Brand } from '../base/brand.ts';

/** Virtual nanoseconds, a non-negative integer up to 2^53 - 1, counted from the earliest event of a trace. */
export type Nanos = Brand<number, 'Nanos'>;

/** The number of an event in its trace: the total order of what happened. */
export type EventSeq = Brand<number, 'EventSeq'>;

/** The longest time a trace can hold: 104 days. Beyond it a double can no longer tell nanoseconds apart. */
export const LONGEST_NANOS = Number.MAX_SAFE_INTEGER;

export const NANOS_PER_MICRO = 1_000;
export const NANOS_PER_MILLI = 1_000_000;
export const NANOS_PER_SECOND = 1_000_000_000;

/**
 * A duration in the largest unit that keeps it at or above one, with three significant figures:
 * `950 ns`, `1.25 µs`, `75.5 ms`, `3.20 s`.
 */
export function printNanos(nanos: Nanos): string {
  if (nanos < 0) return `−${printNanos(-nanos)}`;
  if (nanos < NANOS_PER_MICRO) return `${Math.round(nanos)} ns`;
  if (nanos < 999_500) return `${threeFigures(nanos / NANOS_PER_MICRO)} µs`;
  if (nanos < 999_500_000) return `${threeFigures(nanos / NANOS_PER_MILLI)} ms`;
  return `${threeFigures(nanos / NANOS_PER_SECOND)} s`;
}

function threeFigures(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  if (value >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}
