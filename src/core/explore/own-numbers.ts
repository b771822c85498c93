/**
 * Words of a key that are numbers which one searcher gave as it met things (state-key.ts), and how another searcher reads
 * them. A key ends in the places of these words, as `markOf` writes them, and in how many there are.
 */

/** What numbers in keys mean: texts, and tracer lines one after the other, each after its length. */
export interface Names {
  readonly texts: readonly string[];
  readonly lines: Int32Array;
}

/** What a word stands for. Members of sets and lines stand in the order of their numbers. */
export const TEXT = 0;
export const MEMBER = 1;
export const LINE = 2;

export function markOf(place: number, kind: number): number {
  return (place << 2) | kind;
}

/** A key in this searcher's numbers: `texts` and `lines` by the number that the other gave them. */
export function translate(theirs: Int32Array, texts: readonly number[], lines: readonly number[]): Int32Array {
  const words = theirs.slice();
  const count = words[words.length - 1] as number;
  const marks = words.length - 1 - count;
  for (let i = marks; i < marks + count; i += 1) {
    const kind = (words[i] as number) & 3;
    const place = (words[i] as number) >> 2;
    words[place] = (kind === LINE ? lines : texts)[words[place] as number] as number;
    if (kind === TEXT) continue;
    // Sets and lines follow each other without a gap: the new number goes down to where it belongs.
    let [at, mark] = [place, i - 1];
    while (mark >= marks && words[mark] === markOf(at - 1, kind) && (words[at - 1] as number) > (words[at] as number)) {
      const higher = words[at - 1] as number;
      words[at - 1] = words[at] as number;
      words[at] = higher;
      [at, mark] = [at - 1, mark - 1];
    }
  }
  return words;
}
