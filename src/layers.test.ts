/** Tests about the source itself: who may import whom, what may not be said, how large a file may be. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = import.meta.dirname;

/** Folder: what it may import (its own folder always), and packages. The longest folder that fits a file counts. */
const MAY: { readonly [folder: string]: { readonly from: readonly string[]; readonly packages: readonly string[] } } = {
  'core/base': { from: [], packages: ['pure-rand'] },
  'core/trace': { from: ['core/base'], packages: [] },
  'core/scenario': { from: ['core/base', 'core/trace'], packages: ['valibot'] },
  'core/emulator': { from: ['core/base', 'core/trace', 'core/scenario'], packages: [] },
  'core/explore': { from: ['core/base', 'core/trace', 'core/scenario', 'core/emulator'], packages: ['valibot'] },
  'core/rules': { from: ['core/base', 'core/trace'], packages: [] },
  'core/swimlane': { from: ['core/base', 'core/trace'], packages: ['d3'] },
  'core/twin': { from: ['core/base', 'core/trace', 'core/scenario'], packages: [] },
  'core/formats': { from: ['core/base', 'core/trace', 'core/scenario', 'core/swimlane'], packages: ['valibot'] },
  worker: { from: ['core'], packages: [] },
  'app/widgets': { from: ['core/base', 'core/trace'], packages: ['react'] },
  'app/emulator-port.ts': { from: ['core', 'worker/messages.ts'], packages: [] },
  'app/store': { from: ['core', 'app/emulator-port.ts'], packages: ['react', 'zustand', 'valibot'] },
  'app/editor': { from: ['core', 'app/store'], packages: ['react', 'codemirror', '@codemirror/', '@lezer/'] },
  'app/gallery': { from: ['core', 'app/store', 'app/widgets', 'app/emulator-port.ts'], packages: ['react'] },
  'app/timeline': { from: ['core/base', 'core/trace', 'core/swimlane', 'app/store', 'app/widgets'], packages: ['react', 'd3'] },
  'app/panels': { from: ['core', 'app/store', 'app/widgets'], packages: ['react'] },
  'app/panels/orderings': { from: ['core', 'app/store', 'app/widgets'], packages: ['react', '@dagrejs/dagre'] },
  'app/shell': {
    from: ['core', 'app/store', 'app/widgets', 'app/timeline', 'app/panels', 'app/editor', 'app/gallery'],
    packages: ['react', 'tinykeys', 'react-resizable-panels'],
  },
  app: { from: ['app', 'core'], packages: ['react', 'react-dom'] },
  cli: { from: ['core'], packages: ['node:'] },
};

/** Path, reason, date of what breaks the table for now. */
const DEBTS: readonly (readonly [path: string, reason: string, since: string])[] = [];

const PURE_BANS = ['Math.random', 'Date', 'performance', 'async', 'await', 'Promise', 'localeCompare', 'console', 'setTimeout', 'process'];
const EMULATOR_BANS = ['Math.exp', 'Math.log', 'Math.pow', 'Math.sin', 'Math.cos'];

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const files = filesIn('.').filter((file) => !/\.(test|fixture)\.tsx?$/.test(file));

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Code without comments and strings. */
function bare(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '');
}

function importsOf(file: string): readonly string[] {
  const text = textOf(file);
  return [...text.matchAll(/^(?:import|export)\s[^;']*?from '([^']+)'/gm), ...text.matchAll(/\bimport\('([^']+)'\)/g)].map(
    (match) => match[1] as string,
  );
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function rowOf(file: string): readonly [string, { readonly from: readonly string[]; readonly packages: readonly string[] }] {
  const rows = Object.entries(MAY).filter(([folder]) => within(file, folder));
  const row = rows.toSorted((a, b) => b[0].length - a[0].length)[0];
  if (row === undefined) throw new Error(`${file} is in no room of the house: add it to the table`);
  return row;
}

function forbidden(file: string, wanted: string): boolean {
  const [own, row] = rowOf(file);
  if (!wanted.startsWith('.')) {
    return !row.packages.some((name) => (/[:/]$/.test(name) ? wanted.startsWith(name) : wanted === name || wanted.startsWith(`${name}/`)));
  }
  if (wanted.endsWith('.css')) return false;
  const path = relative(ROOT, join(ROOT, dirname(file), wanted));
  if (path.startsWith('..')) return true;
  return !within(path, own) && !row.from.some((folder) => within(path, folder));
}

test('nobody imports what the table does not allow', () => {
  const broken = files.flatMap((file) =>
    importsOf(file)
      .filter((wanted) => forbidden(file, wanted))
      .map((wanted) => `${file} imports ${wanted}`),
  );
  expect(broken.filter((line) => !DEBTS.some(([path]) => line.startsWith(`${path} `)))).toEqual([]);
});

test('the test above would see a fault', () => {
  expect(forbidden('core/rules/judge.ts', '../emulator/run.ts')).toBe(true);
  expect(forbidden('core/base/random.ts', 'react')).toBe(true);
  expect(forbidden('core/rules/judge.ts', '../trace/trace.ts')).toBe(false);
});

test('the core knows no clock, no chance, no console', () => {
  const found = files
    .filter((file) => within(file, 'core'))
    .flatMap((file) => {
      const bans = within(file, 'core/emulator') ? [...PURE_BANS, ...EMULATOR_BANS] : PURE_BANS;
      const code = bare(textOf(file));
      return bans
        .filter((word) => new RegExp(`(?<![\\w$.'])${word.replace('.', '\\.')}(?![\\w$:])`).test(code))
        .map((word) => `${file}: ${word}`);
    });
  expect(found).toEqual([]);
});

test('no story and no step is named in emulator or explore', () => {
  const ids = ['rfc-gilbert', 'rfc-v1-as-drawn', 'device-stop', 'query-bitmap', 'copy-last', 'save-device'];
  const found = files
    .filter((file) => within(file, 'core/emulator') || within(file, 'core/explore'))
    .flatMap((file) => ids.filter((id) => textOf(file).includes(`'${id}'`)).map((id) => `${file}: ${id}`));
  expect(found).toEqual([]);
});

test('files stay under 400 lines', () => {
  expect(files.filter((file) => textOf(file).split('\n').length > 401)).toEqual([]);
});

test('there are no cycles', () => {
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    // Types leave nothing at run time.
    for (const [line, wanted] of textOf(file).matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+'(\.[^']+)'/gm)) {
      const values = !/\{\s*(?:type [^,}]+,?\s*)+\}/.test(line);
      const next = relative(ROOT, join(ROOT, dirname(file), wanted as string));
      if (values && files.includes(next)) visit(next, [...path, file]);
    }
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
