/** Pages as events tell them: flat runs [first, count, first, count, …]; anything else is no page. */

export function overlap(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  for (let i = 0; i + 1 < a.length; i += 2)
    for (let k = 0; k + 1 < b.length; k += 2) if (a[i] < b[k] + b[k + 1] && b[k] < a[i] + a[i + 1]) return true;
  return false;
}

/** Whether each page of `b` is one of `a`; no where either tells of none. */
export function covers(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || b.length === 0) return false;
  for (let k = 0; k + 1 < b.length; k += 2) {
    let at = b[k] as number;
    while (at < b[k] + b[k + 1]) {
      const run = a.findIndex((first, i) => i % 2 === 0 && first <= at && at < first + a[i + 1]);
      if (run < 0) return false;
      at = a[run] + a[run + 1];
    }
  }
  return true;
}
