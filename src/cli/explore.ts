/** `explore SCENARIO [--json]`: all orderings of the movable steps, decided. */
import { prepare } from '../core/emulator/run.ts';
import { DEFAULT_LIMITS, search, TooManyStates } from '../core/explore/explore.ts';
import { type Exploration, report } from '../core/explore/report.ts';
import { printNanos } from '../core/trace/time.ts';
import { parseArguments, UsageError, wholeNumber } from './arguments.ts';
import { scenarioOf } from './files.ts';

export function explore(args: readonly string[]): number {
  const { words, flags, values } = parseArguments(args, ['states'], ['json']);
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) throw new UsageError('explore: expected one story id or scenario file');
  const states = wholeNumber('states', values.get('states'), 1) ?? DEFAULT_LIMITS.states;
  const exploration = decide(scenarioOf(word), states);
  process.stdout.write(flags.has('json') ? `${JSON.stringify(exploration, undefined, 2)}\n` : `${lines(exploration).join('\n')}\n`);
  return 0;
}

function decide(scenario: Parameters<typeof prepare>[0], states: number): Exploration {
  const began = performance.now();
  const program = prepare(scenario);
  const steps = search(program, { states });
  try {
    for (;;) {
      const { value, done } = steps.next();
      if (done === true) return report(program, value, Math.round(performance.now() - began));
      if (process.stderr.isTTY) process.stderr.write(`\r${value.states} states, ${value.merged} merged `);
    }
  } catch (error) {
    if (!(error instanceof TooManyStates)) throw error;
    throw new UsageError(`explore: ${error.message}: pin some steps in the scenario ("pinned": true), or raise --states`);
  }
}

function lines(one: Exploration): readonly string[] {
  const counts = (sums: { readonly [name: string]: string | undefined }) => Object.entries(sums).map(([name, sum]) => `  ${sum} ${name}`);
  return [
    `${one.scenario}: ${one.orderings} orderings, ${one.safe} safe (${one.states} distinct states, ${one.elapsedMs} ms)`,
    'by class',
    ...counts(one.byClass),
    'by finding',
    ...counts(one.byFinding),
    `required pairs (${one.sufficient ? 'they suffice' : 'they do not suffice'})`,
    ...one.required.map((pair) => `  ${pair.before} before ${pair.after}: ${pair.because}`),
    'best',
    ...one.best.map(
      (best) =>
        `  downtime ${printNanos(best.downtimeNanos)}, ${best.bytesSent} bytes: ${Object.values(best.ordering)
          .map((ids) => ids.join(', '))
          .join(' | ')}`,
    ),
  ];
}
