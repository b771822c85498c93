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
