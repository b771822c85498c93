/**
 * One line of a QEMU trace log (log backend), as `-msg timestamp=on` prints it and without it:
 *
 *     13903@1795458281.375254:runstate_set current_run_state 6 (prelaunch) new_state 9 (running)
 *     runstate_set current_run_state 6 (prelaunch) new_state 9 (running)
 *
 * Thread id, wall clock in seconds and microseconds, event, one space, arguments by the event's own format.
 * A hand-written scan: a log of a million lines passes through here.
 */

export interface TraceLine {
  /** Kernel thread id; -1 without a stamp. */
  readonly tid: number;
  /** `seconds.microseconds` as printed; undefined without a stamp. */
  readonly t: string | undefined;
  /** Microseconds since 1970; -1 without a stamp. */
  readonly micros: number;
  readonly event: string;
  readonly args: string;
}

const ZERO = 48;
const NINE = 57;
const AT = 64;
const DOT = 46;
const COLON = 58;

/** The stamped line; undefined for anything else. */
export function parseStamped(text: string): TraceLine | undefined {
  let i = 0;
  let tid = 0;
  for (let c = text.charCodeAt(i); c >= ZERO && c <= NINE; c = text.charCodeAt(++i)) tid = tid * 10 + c - ZERO;
  if (i === 0 || i > 10 || text.charCodeAt(i) !== AT) return undefined;
  const from = ++i;
  let seconds = 0;
  for (let c = text.charCodeAt(i); c >= ZERO && c <= NINE; c = text.charCodeAt(++i)) seconds = seconds * 10 + c - ZERO;
  if (i === from || i > from + 12 || text.charCodeAt(i) !== DOT) return undefined;
  const point = ++i;
  let fraction = 0;
  for (let c = text.charCodeAt(i); c >= ZERO && c <= NINE; c = text.charCodeAt(++i)) fraction = fraction * 10 + c - ZERO;
  if (i !== point + 6 || text.charCodeAt(i) !== COLON) return undefined;
  const name = i + 1;
  const end = nameEnd(text, name);
  if (end === name || (end < text.length && text.charCodeAt(end) !== 32)) return undefined;
  return { tid, t: text.slice(from, i), micros: seconds * 1_000_000 + fraction, event: text.slice(name, end), args: text.slice(end + 1) };
}

/** A line without a stamp that reads like `event args`: a lower-case name with an underscore, then one space. */
export function parseBare(text: string): TraceLine | undefined {
  const end = nameEnd(text, 0);
  if (end < 4 || text.charCodeAt(end) !== 32) return undefined;
  const event = text.slice(0, end);
  if (!/^[a-z][a-z0-9]*_[a-z0-9_]+$/.test(event)) return undefined;
  return { tid: -1, t: undefined, micros: -1, event, args: text.slice(end + 1) };
}

function nameEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    const letter = (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
    if (!letter && !(i > from && c >= ZERO && c <= NINE)) break;
  }
  return i;
}
