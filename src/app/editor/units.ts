/** Numbers as people type them: `5 ms`, `1.25G`, `64KiB`; what they mean is what the file holds. */
const SCALES: { readonly [unit: string]: number } = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  KiB: 1024,
  Mi: 1024 ** 2,
  MiB: 1024 ** 2,
  Gi: 1024 ** 3,
  GiB: 1024 ** 3,
  Ti: 1024 ** 4,
  TiB: 1024 ** 4,
};

/** The number a text says; undefined where it says none. */
export function parseNumber(text: string): number | undefined {
  const match = /^\s*(-?\d[\d_,]*(?:\.\d+)?(?:e\d+)?|0x[\da-f]+)\s*([a-zµ]*)\s*$/i.exec(text);
  if (match === null) return undefined;
  const scale = match[2] === '' ? 1 : SCALES[match[2] ?? ''];
  const value = Number((match[1] ?? '').replaceAll(/[_,]/g, ''));
  return scale === undefined || Number.isNaN(value) ? undefined : value * scale;
}

/** What a number means, by the unit that its field's name ends with; empty where the bare number says it. */
export function meaningOf(name: string, value: number): string {
  if (/nanos$/i.test(name)) return value < 1_000 ? 'ns' : `ns = ${scaled(value, 1_000, ['ns', 'µs', 'ms', 's'])}`;
  if (/bytes$/i.test(name)) return value < 1_024 ? 'bytes' : `= ${scaled(value, 1_024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'])}`;
  if (/bytesPerSecond$/.test(name)) return `= ${scaled(value * 8, 1_000, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'])}`;
  if (name === 'pages' || name === 'populated' || name === 'workingSetPages')
    return value < 256 ? '' : `pages = ${scaled(value * 4_096, 1_024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'])} of 4 KiB`;
  return '';
}

function scaled(value: number, by: number, units: readonly string[]): string {
  let [at, left] = [0, value];
  while (left >= by && at < units.length - 1) {
    left /= by;
    at += 1;
  }
  return `${Number(left.toPrecision(4))} ${units[at]}`;
}
