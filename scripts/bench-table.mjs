/** Figures as a table for people, on stderr: groups of one size beside each other, all others as a list. */

/** @param {Record<string, Record<string, number>>} figures */
export function printTable(figures) {
  const sized = Object.keys(figures).filter((group) => /^\d+ /.test(group));
  for (const [group, values] of Object.entries(figures)) {
    if (sized.includes(group)) continue;
    for (const [name, value] of Object.entries(values)) console.error(`${group.padEnd(8)} ${name.padEnd(34)} ${shown(value)}`);
  }
  const names = [...new Set(sized.flatMap((group) => Object.keys(figures[group] ?? {})))];
  console.error(`\n${'events'.padEnd(20)}${sized.map((group) => group.padStart(17)).join('')}`);
  for (const name of names) {
    console.error(`${name.padEnd(20)}${sized.map((group) => shown(figures[group]?.[name]).padStart(17)).join('')}`);
  }
}

/** @param {number | undefined} value */
function shown(value) {
  if (value === undefined || Number.isNaN(value)) return '-';
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
