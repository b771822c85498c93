/** The first look at a foreign value: is it plain data of a bearable size, without cycles and tricks? */

import { doubledName, faultHint, jsonFault } from './json-fault.ts';
import type { Problem } from './problem.ts';

export const MOST_DEPTH = 64;
export const MOST_VALUES = 500_000;
export const MOST_TEXT_BYTES = 64 * 1024 * 1024;
/** Up to this many characters a scenario is looked through for names that stand twice. */
const MOST_BY_HAND = 4 * 1024 * 1024;
const TRICKS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Problems of the value as data: depth, size, cycles, prototype keys, numbers that JSON does not have. */
export function walk(value: unknown): readonly Problem[] {
  const above = new Set<object>();
  let values = 0;
  const visit = (one: unknown, path: string, depth: number): Problem | undefined => {
    values += 1;
    if (values > MOST_VALUES) return { path, message: `more than ${MOST_VALUES} values: the limit of what is read` };
    if (typeof one === 'number' && !Number.isFinite(one)) return { path, message: `expected a finite number, found ${one}` };
    if (typeof one === 'function' || typeof one === 'symbol' || typeof one === 'bigint')
      return { path, message: `expected data, found a ${typeof one}` };
    if (typeof one !== 'object' || one === null) return undefined;
    if (depth > MOST_DEPTH) return { path: `${path.slice(0, 80)}…`, message: `nested deeper than ${MOST_DEPTH} levels` };
    if (above.has(one)) return { path, message: 'refers to what it is part of: a cycle' };
    above.add(one);
    for (const key of Object.keys(one)) {
      const below = Array.isArray(one) ? `${path}[${key}]` : `${path}.${key}`;
      if (TRICKS.has(key)) return { path: below, message: `the name ${key} is not allowed` };
      const problem = visit((one as { readonly [key: string]: unknown })[key], below, depth + 1);
      if (problem !== undefined) return problem;
    }
    above.delete(one);
    return undefined;
  };
  const problem = visit(value, '$', 0);
  return problem === undefined ? [] : [problem];
}

export type Parsed = { readonly value: unknown; readonly problem: undefined } | { readonly value: undefined; readonly problem: Problem };

/** JSON text to a value; a syntax error is told with line and column, too deep a nesting before it can hurt. */
export function parseJson(marked: string): Parsed {
  // A byte order mark says nothing in UTF-8; editors of some systems put it there (RFC 8259, section 8.1).
  const text = marked.startsWith('\ufeff') ? marked.slice(1) : marked;
  if (text.length > MOST_TEXT_BYTES) {
    return {
      value: undefined,
      problem: { path: '$', message: `the text has ${text.length} characters, at most ${MOST_TEXT_BYTES} are read` },
    };
  }
  const depth = deepest(text);
  if (depth.level > MOST_DEPTH * 4)
    return {
      value: undefined,
      problem: { path: place(text, depth.at), message: `nested ${depth.level} levels deep, at most ${MOST_DEPTH} are allowed` },
    };
  try {
    return { value: JSON.parse(text) as unknown, problem: undefined };
  } catch {
    const fault = jsonFault(text);
    const found = fault.at >= text.length ? 'the end of the text' : JSON.stringify(text.slice(fault.at, fault.at + 12));
    const hint = faultHint(text, fault.at);
    const message = `not JSON: ${hint ?? `expected ${fault.expected}, found ${found}`}`;
    return { value: undefined, problem: { path: place(text, fault.at), message } };
  }
}

/** Names that stand twice in one object of a scenario: of a text that is JSON, where the engine takes the last without a word. */
export function doubledNames(text: string): readonly Problem[] {
  const doubled = text.length <= MOST_BY_HAND ? doubledName(text) : undefined;
  return doubled === undefined ? [] : [{ path: place(text, doubled.at), message: `${doubled.name} stands twice in one object: keep one` }];
}

function deepest(text: string): { readonly level: number; readonly at: number } {
  let level = 0;
  let most = 0;
  let at = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (quoted) {
      if (char === 92) i += 1;
      else if (char === 34) quoted = false;
    } else if (char === 34) quoted = true;
    else if (char === 123 || char === 91) {
      level += 1;
      if (level > most) {
        most = level;
        at = i;
      }
    } else if (char === 125 || char === 93) level -= 1;
  }
  return { level: most, at };
}

function place(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}
