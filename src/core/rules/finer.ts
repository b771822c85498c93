/** Times in a sentence, printed so far that two of them that differ look different. */
import type { EventSeq, Nanos } from '../trace/time.ts';
import { endOf, type Trace } from '../trace/trace.ts';

/** What `when` and `whenOver` print: `620 ms (#1957)`, `642 ms (end of #1966)`. */
const TIME = /([\d.]+) (ns|µs|ms|s) \((end of )?#(\d+)\)/g;
const UNITS: { readonly [unit: string]: Nanos } = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 };
const MOST_DIGITS = 9;

interface Said {
  readonly text: string;
  readonly printed: string;
  readonly unit: string;
  readonly nanos: Nanos;
  readonly end: string;
  readonly seq: EventSeq;
}

/**
 * A sentence that says that one thing came after another, and prints the same time for both, says nothing: `9.36 s … only at 9.36 s`
 * becomes `9.3612 s … only at 9.3614 s`. What has the same time to the nanosecond is told apart by its number.
 */
export function withFinerTimes(sentence: string, trace: Trace): string {
  const said = [...sentence.matchAll(TIME)].map(([text, value = '', unit = '', end = '', number]): Said => {
    const seq = Number(number);
    const nanos = end === '' ? (trace.at[seq] ?? 0) : endOf(trace, seq);
    return { text, printed: `${value} ${unit}`, unit, nanos, end, seq };
  });
  let finer = sentence;
  for (const printed of new Set(said.map((one) => one.printed))) {
    const alike = said.filter((one) => one.printed === printed);
    const different = new Set(alike.map((one) => one.nanos)).size;
    if (different < 2) continue;
    const size = UNITS[alike[0]?.unit ?? 's'] ?? 1;
    const print = (nanos: Nanos, digits: number) => (nanos / size).toFixed(digits);
    let digits = 1;
    while (digits < MOST_DIGITS && new Set(alike.map((one) => print(one.nanos, digits))).size < different) digits += 1;
    for (const { text, nanos, unit, end, seq } of alike) finer = finer.replace(text, `${print(nanos, digits)} ${unit} (${end}#${seq})`);
  }
  return finer;
}
