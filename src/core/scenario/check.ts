/**
 * Whether something is a scenario, as readable problems. Never throws, never hangs: size, depth, cycles and
 * prototype keys are checked before anything else looks at the value.
 */
import * as v from 'valibot';
import { walk } from './plain.ts';
import type { BuiltIn, Problem } from './problem.ts';
import { checkReferences } from './references.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { kindOf, show } from './show.ts';

export type Checked =
  | { readonly scenario: Scenario; readonly problems: readonly [] }
  | { readonly scenario: undefined; readonly problems: readonly Problem[] };

/** At most this many problems are told at once. */
const MOST_PROBLEMS = 20;

export function checkScenario(value: unknown, builtIn: BuiltIn): Checked {
  const plain = walk(value);
  if (plain.length > 0) return { scenario: undefined, problems: plain };
  const head = checkHead(value);
  if (head !== undefined) return { scenario: undefined, problems: [head] };
  const parsed = v.safeParse(scenarioSchema, value);
  if (!parsed.success) return { scenario: undefined, problems: schemaProblems(scenarioSchema, parsed.issues).slice(0, MOST_PROBLEMS) };
  const scenario = parsed.output as Scenario;
  const problems = checkReferences(scenario, builtIn);
  return problems.length === 0 ? { scenario, problems: [] } : { scenario: undefined, problems: problems.slice(0, MOST_PROBLEMS) };
}

function checkHead(value: unknown): Problem | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      path: '$',
      message: `expected a scenario (an object that begins with "format": "switchover.scenario"), found ${kindOf(value)}`,
    };
  }
  const { format, version } = value as { readonly format?: unknown; readonly version?: unknown };
  if (format !== 'switchover.scenario') return { path: '$.format', message: `expected "switchover.scenario", found ${show(format)}` };
  if (typeof version === 'number' && version > 1) {
    return { path: '$.version', message: `this file is of version ${version}, and this program knows version 1: open it with a newer one` };
  }
  return version === 1
    ? undefined
    : { path: '$.version', message: `expected 1${version === '1' ? ' without quotes' : ''}, found ${show(version)}` };
}
