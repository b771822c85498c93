/**
 * Flags of the problems in the strip under the ruler. A number is the place of a finding in the verdict's list, so that the eye goes
 * from the sentence to the moment and back; what no list numbers is `!`.
 */
import type { EventSeq } from '../../core/trace/time.ts';
import type { Problem } from '../store/problems.ts';

export interface Flag {
  readonly px: number;
  readonly text: string;
  /** The event that a press on the flag leads to. */
  readonly seq: EventSeq;
  /** Numbers that stand on it. */
  readonly numbers: readonly number[];
}

/** The narrowest flag. */
const FLAG_PX = 15;

/** Those that are in view, from left to right; neighbours that would cover one another share a flag. */
export function flagsOf(problems: readonly Problem[], placeOf: (seq: EventSeq) => number, widthPx: number): readonly Flag[] {
  const flags: Flag[] = [];
  for (const { seq, number } of problems) {
    const px = placeOf(seq);
    if (px < -1 || px > widthPx + 1) continue;
    const last = flags.at(-1);
    if (last === undefined || px - last.px >= widthOf(last.text)) flags.push({ px, seq, numbers: [number], text: textOf([number]) });
    else {
      const numbers = [...new Set([...last.numbers, number])].sort((a, b) => a - b);
      flags[flags.length - 1] = { ...last, numbers, text: textOf(numbers) };
    }
  }
  return flags;
}

/** Room of a flag with that text, in CSS pixels: digits are all as wide. */
export function widthOf(text: string): number {
  return Math.max(FLAG_PX, 8 + 6.5 * text.length);
}

/** `3`, `1–4`, `1,3`, `!`. */
function textOf(numbers: readonly number[]): string {
  const named = numbers.filter((number) => number > 0);
  const [first] = named;
  const last = named.at(-1);
  if (first === undefined || last === undefined) return '!';
  if (first === last) return String(first);
  if (last - first === named.length - 1) return named.length === 2 ? `${first},${last}` : `${first}–${last}`;
  return named.length < 4 ? named.join(',') : `${first}…${last}`;
}
