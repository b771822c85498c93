/** Numbers that a hand wrote with their unit, or in quotes: what to write instead. */

const SECONDS: { readonly [unit: string]: number } = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, sec: 1e9, min: 60e9 };
const BYTES: { readonly [unit: string]: number } = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};
const BITS: { readonly [unit: string]: number } = {
  bit: 1 / 8,
  kbit: 1e3 / 8,
  mbit: 1e6 / 8,
  gbit: 1e9 / 8,
  kbps: 1e3 / 8,
  mbps: 1e6 / 8,
  gbps: 1e9 / 8,
};
/** What a page has where the file does not say. */
const PAGE_BYTES = 4096;

/** What a field counts, by its name: in words, for a message; empty where the name does not tell. */
export function unitOf(field: string): string {
  if (/nanosPerKib$/i.test(field)) return 'nanoseconds for each KiB';
  if (/nanosPerPage$/i.test(field)) return 'nanoseconds for each page';
  if (/nanos$/i.test(field)) return 'nanoseconds; 1 ms is 1000000';
  if (/bytesPerSecond$/i.test(field)) return 'bytes a second; 10 Gbit/s are 1250000000';
  if (/pagesPerSecond$/i.test(field)) return 'pages a second';
  if (/pages$|^populated$/i.test(field)) return 'pages';
  return /bytes$/i.test(field) ? 'bytes' : '';
}

/** `"100us"` for a field of nanoseconds: 100000; `"10Gbit"` for bytes a second: 1250000000; undefined where it cannot be told. */
export function meantNumber(text: string, field: string): number | undefined {
  const [, digits, unit = ''] = /^\s*([0-9][0-9_,]*\.?[0-9]*(?:e[0-9]+)?)\s*([a-zµ]*)(?:\/s)?\s*$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = Number(digits.replace(/[_,]/g, ''));
  if (!Number.isFinite(value)) return undefined;
  if (unit === '') return value;
  const name = unit.toLowerCase();
  if (/nanos$/i.test(field)) return whole(value, SECONDS[name]);
  const bytes = BYTES[name] ?? (/second$/i.test(field) ? BITS[name] : undefined);
  return whole(value, bytes === undefined ? undefined : /pages$/i.test(field) ? bytes / PAGE_BYTES : bytes);
}

function whole(value: number, factor: number | undefined): number | undefined {
  return factor === undefined ? undefined : Math.round(value * factor);
}
