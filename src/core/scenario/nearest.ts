/** The name that was meant, where one is near enough to what was written. */

/** Left out of a list of names beyond this many. */
const MOST_NAMES = 8;

/**
 * The nearest of the names: one that ends in what was written after a slash (`sync`: `source/sync`), one that differs by a third
 * of its letters at most, or one that begins alike. Undefined: none is near.
 */
export function nearest(names: readonly string[], id: string): string | undefined {
  const inList = names.find((name) => name.endsWith(`/${id}`));
  if (inList !== undefined) return inList;
  const scored = names.map((name) => ({ name, distance: distance(name, id) })).sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  if (best !== undefined && best.distance <= Math.max(1, id.length / 3)) return best.name;
  const begins = names.filter((name) => alike(name, id) >= Math.max(4, id.length / 2));
  return begins.length === 1 ? begins[0] : undefined;
}

/** Names for a sentence, with dots where there are more. */
export function someOf(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(', ')}, …` : names.join(', ');
}

function alike(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i += 1;
  return i;
}

/** Letters put in, left out, replaced, or two neighbours exchanged. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j] as number, (before[j - 2] as number) + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
