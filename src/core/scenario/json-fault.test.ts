/** Texts that are nearly JSON, as hands write them: where they cease to be, and what to do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doubledNames, parseJson } from './plain.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../../public/examples/gallery/x25-mirror-ends-early.wrong.json'), 'utf8');

function told(text: string): string {
  const problem = parseJson(text).problem ?? doubledNames(text)[0];
  return problem === undefined ? '' : `${problem.path}: ${problem.message}`;
}

test.each<readonly [string, (text: string) => string, RegExp]>([
  [
    'a comma after the last of a list',
    (t) => t.replace('"gallery"\n', '"gallery",\n'),
    /the comma before \] is one too many: take it out$/,
  ],
  ['two commas', (t) => t.replace('"version": 1,', '"version": 1,,'), /^line 3, column 16: not JSON: a comma too many: take it out$/],
  ['a comment', (t) => t.replace('"memory"', '// RAM\n  "memory"'), /JSON has no comments: take the comment out$/],
  ['a comment after a value', (t) => t.replace('"version": 1,', '"version": 1, /* one */'), /JSON has no comments/],
  ['single quotes', (t) => t.replaceAll('"', "'"), /^line 2, column 3: not JSON: names and texts stand in double quotes/],
  ['typographic quotes', (t) => t.replace('"version"', '“version”'), /plain double quotes \("\), found “$/],
  ['NaN', (t) => t.replace('"seed": 1', '"seed": NaN'), /JSON has no NaN: write a finite number, or leave the field out$/],
  ['minus infinity', (t) => t.replace('"seed": 1', '"seed": -Infinity'), /JSON has no -Infinity/],
  ['a word of another language', (t) => t.replace('"seed": 1', '"seed": True'), /write true for True, or leave the field out$/],
  ['a hexadecimal number', (t) => t.replace('32768', '0x8000'), /numbers are plain decimals, without 0x and _$/],
  ['a number with underscores', (t) => t.replace('32768', '32_768'), /numbers are plain decimals/],
  ['a file that was cut off', (t) => t.slice(0, t.indexOf('RAM is right')), /the text ends within quotes: is the file cut off\?$/],
  [
    'a line end within quotes',
    (t) => t.replace('by a job', 'by\na job'),
    /a line ends within quotes: write \\n for it, or close the quotes$/,
  ],
  ['a backslash within quotes', (t) => t.replace('by a job', 'by \\a job'), /a backslash within quotes is written twice$/],
  ['UTF-16', (t) => [...t].map((char) => `${char}\u0000`).join(''), /it looks like UTF-16: save it as UTF-8$/],
  [
    'a name that stands twice',
    (t) => t.replace('"version": 1,', '"version": 1,\n  "id": "merged",'),
    /^line 5, column 3: "id" stands twice in one object: keep one$/,
  ],
])('%s', (_, damage, message) => {
  const text = damage(TEXT);
  expect(text).not.toBe(TEXT);
  expect(told(text)).toMatch(message);
});

test('a byte order mark, and names that stand twice in different objects, are in order', () => {
  expect(told(`\ufeff${TEXT}`)).toBe('');
  expect(told('{"a": {"id": 1, "b": {"id": "id"}}, "id": ["id", "id"]}')).toBe('');
});
