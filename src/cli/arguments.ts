/** Options of a command line: `--name value` and `--flag`; anything not asked for is a usage error. */

/** What is wrong with what the user gave, in one line; the command ends with exit code 2. */
export class UsageError extends Error {}

export interface Parsed {
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** `valued`: options that take a value; `flags`: those that do not. */
export function parseArguments(args: readonly string[], valued: readonly string[], flags: readonly string[]): Parsed {
  const words: string[] = [];
  const values = new Map<string, string>();
  const set = new Set<string>();
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] as string;
    const [name, given] = splitOption(arg);
    if (name === undefined) words.push(arg);
    else if (flags.includes(name)) set.add(name);
    else if (!valued.includes(name))
      throw new UsageError(`--${name}: no such option here; there are ${[...valued, ...flags].map((one) => `--${one}`).join(', ')}`);
    else {
      const value = given ?? args[(i += 1)];
      if (value === undefined) throw new UsageError(`--${name}: expected a value after it`);
      values.set(name, value);
    }
  }
  return { words, flags: set, values };
}

function splitOption(arg: string): readonly [string | undefined, string | undefined] {
  if (!arg.startsWith('--')) return [undefined, undefined];
  const at = arg.indexOf('=');
  return at < 0 ? [arg.slice(2), undefined] : [arg.slice(2, at), arg.slice(at + 1)];
}

/** A whole number of at least `least`. */
export function wholeNumber(name: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name}: expected a whole number of at least ${least}, found "${text}"`);
  return value;
}

export function oneOf<T extends string>(name: string, text: string | undefined, choices: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${name}: expected ${choices.join(', ')}, found "${text}"`);
  return found;
}
