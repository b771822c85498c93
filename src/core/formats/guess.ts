/** What a text or value is, by its content and not by its name; for what we do not read, what it looks like. */

export type Guess = 'recording' | 'scenario' | 'exploration' | 'foreign';

/** The kind of a parsed JSON value. */
export function guessJson(value: unknown): Guess {
  const format = (value as { readonly format?: unknown } | null)?.format;
  if (format === 'switchover.recording') return 'recording';
  if (format === 'switchover.scenario') return 'scenario';
  return format === 'switchover.exploration' ? 'exploration' : 'foreign';
}

/** In words: what a foreign value looks like. */
export function looksLike(value: unknown): string {
  if (value === null || typeof value !== 'object') return 'a plain value';
  if ('traceEvents' in value || (Array.isArray(value) && typeof value[0] === 'object' && value[0] !== null && 'ph' in value[0]))
    return 'a Chrome trace';
  if (Array.isArray(value)) return 'a list';
  if ('lockfileVersion' in value) return 'an npm lock file';
  const names = Object.keys(value).slice(0, 4).join(', ');
  return names === '' ? 'an empty object' : `an object with ${names}`;
}

/** Objects one a line, as loggers, containers and QMP write them: lines of text, and no file of ours. `head`: the beginning of the file. */
export function isObjectLines(head: string): boolean {
  const [first = '', second] = head.trimStart().split(/\r?\n/, 2);
  if (second === undefined || !/^\s*(?:\{|$)/.test(second)) return false;
  try {
    const value: unknown = JSON.parse(first);
    return guessJson(value) === 'foreign' && !('traceEvents' in (value as object));
  } catch {
    return false;
  }
}
