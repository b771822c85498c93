/** `run SCENARIO`: a run of a story or of a scenario file, in the order listed or in that of the options. */
import { run as emulate, prepare } from '../core/emulator/run.ts';
import { type Races, racesOf } from '../core/explore/races.ts';
import { qemuTrace } from '../core/formats/qemu-trace.ts';
import { printRecording, toRecording } from '../core/formats/recording/write.ts';
import { printRun } from '../core/formats/text.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import { type Ordering, orderingOf } from '../core/scenario/ordering.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import { oneOf, parseArguments, UsageError, wholeNumber } from './arguments.ts';
import { emit, scenarioOf } from './files.ts';

export function run(args: readonly string[]): number {
  const { words, flags, values } = parseArguments(args, ['source', 'target', 'seed', 'format', 'out'], ['no-probes', 'races']);
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) throw new UsageError('run: expected one story id or scenario file');
  const format = oneOf('format', values.get('format'), ['json', 'text', 'trace'] as const) ?? 'text';
  if (flags.has('races') && format !== 'text') throw new UsageError('run: --races is told as text; leave --format out');
  const scenario = scenarioOf(word);
  const ordering = orderingBy(scenario, values);
  const seed = wholeNumber('seed', values.get('seed'));
  const result = emulate(scenario, ordering, { probes: !flags.has('no-probes'), ...(seed === undefined ? {} : { seed }) });
  const recorded = { scenario, ordering, ...result, rules: judgeTrace(result.trace) };
  const texts = {
    json: () => printRecording(toRecording(recorded)),
    text: () => `${flags.has('races') ? `${printRaces(racesOf(prepare(scenario), ordering))}\n` : ''}${printRun(recorded)}`,
    trace: () => qemuTrace.write(recorded),
  };
  emit(texts[format](), values.get('out'));
  return result.audit.ok ? 0 : 1;
}

/** What another day would bring where no message orders two hosts. */
function printRaces({ pairs, ordered, untried, races }: Races): string {
  const head = `races: ${pairs} pairs of steps on different hosts; ${ordered} are ordered by messages and waits, ${pairs - ordered - untried} were turned round${untried > 0 ? `, ${untried} were not tried` : ''}: ${races.length === 0 ? 'all end as this run does' : `${races.length} other ${races.length === 1 ? 'end' : 'ends'}`}`;
  const lines = races.map(
    ({ first, second, delayNanos, class: end, sentence }) =>
      `  ${first} after ${second} ("delays": {"${first}": ${delayNanos}}): ${end}${sentence === '' ? '' : `: ${sentence}`}`,
  );
  return `${[head, ...lines].join('\n')}\n`;
}

/** The order of the options; steps that they leave out are skipped, and keep a place behind the others. */
function orderingBy(scenario: Scenario, values: ReadonlyMap<string, string>): Ordering {
  const whole = orderingOf(scenario);
  const lists: { [list: string]: readonly string[] } = { ...whole.lists };
  const skipped = new Set(whole.skipped);
  for (const list of ['source', 'target']) {
    const text = values.get(list);
    if (text === undefined) continue;
    const known = whole.lists[list];
    if (known === undefined)
      throw new UsageError(`--${list}: the scenario has no list "${list}", it has ${Object.keys(whole.lists).join(', ')}`);
    const wanted = text === '' ? [] : text.split(',').map((id) => id.trim());
    const odd = wanted.find((id, index) => !known.includes(id) || wanted.indexOf(id) !== index);
    if (odd !== undefined)
      throw new UsageError(`--${list}: ${known.includes(odd) ? 'twice' : 'no step'} "${odd}"; the steps are ${known.join(',')}`);
    const left = known.filter((id) => !wanted.includes(id));
    lists[list] = [...wanted, ...left];
    for (const id of known) skipped.delete(`${list}/${id}`);
    for (const id of left) skipped.add(`${list}/${id}`);
  }
  return { ...whole, lists, skipped: [...skipped] };
}
