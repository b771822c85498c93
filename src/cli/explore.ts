/**
 * `explore SCENARIO [--json] [--jobs N] [--memory MIB] [--states N] [--shard I/N [--out FILE]]`, `explore --merge FILE...`: all orderings of the movable steps, decided.
 * `explore SCENARIO --sample K [--seed S] [--json]`: so many of them, drawn at random, and marked as such.
 */
import { availableParallelism } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { models } from '../core/emulator/devices/index.ts';
import type { Program } from '../core/emulator/program.ts';
import { protocols } from '../core/emulator/protocols/index.ts';
import { prepare } from '../core/emulator/run.ts';
import { DEFAULT_LIMITS, type Decided, type Limits, type Shard, type Stopped } from '../core/explore/explore.ts';
import { type Forecast, forecast, statesWithin } from '../core/explore/forecast.ts';
import { countOrderings, mayTake, movableSteps, tooLarge } from '../core/explore/orderings.ts';
import { mergeParts, type Part, partOf, readPart } from '../core/explore/parts.ts';
import { jobsFor, Pool, type StartPeer } from '../core/explore/pool.ts';
import { type Exploration, report } from '../core/explore/report.ts';
import { MOST_SAMPLED, type Sample, Sampler } from '../core/explore/sample.ts';
import { trials } from '../core/explore/trials.ts';
import { CounterExamples } from '../core/rules/counter-examples.ts';
import { checkScenario } from '../core/scenario/check.ts';
import { printNanos } from '../core/trace/time.ts';
import { parseArguments, UsageError, wholeNumber } from './arguments.ts';
import { emit, readJson, scenarioOf } from './files.ts';
import type { SearchData } from './search-thread.ts';

export async function explore(args: readonly string[]): Promise<number> {
  const { words, flags, values } = parseArguments(args, ['states', 'memory', 'shard', 'out', 'jobs', 'sample', 'seed'], ['json', 'merge']);
  if (flags.has('merge')) {
    print(merge(words), flags.has('json'));
    return 0;
  }
  const [word, ...others] = words;
  if (word === undefined || others.length > 0)
    throw new UsageError('explore: expected one story id or scenario file, or --merge and the files of all parts');
  const limits = limitsOf(values);
  const shard = shardOf(values.get('shard'));
  const program = prepare(scenarioOf(word));
  const sample = sampleOf(values);
  if (sample !== undefined) {
    if (shard !== undefined)
      throw new UsageError('explore: --sample draws from all orderings, --shard takes a part of them: only one can be');
    print(withRules(program, await draw(program, sample)), flags.has('json'));
    return 0;
  }
  const jobs = shard === undefined ? (wholeNumber('jobs', values.get('jobs'), 1) ?? availableParallelism()) : 1;
  const { decided, elapsedMs, cancelled } = await decide(program, limits, shard, jobsFor(jobs));
  if (shard !== undefined && !decided.complete)
    throw new UsageError(
      'explore: stopped; a part of a search is of use only when it is whole: raise --memory, or divide it into more parts',
    );
  if (shard !== undefined) {
    emit(`${JSON.stringify(partOf(program, decided, shard, elapsedMs))}\n`, values.get('out'));
    return 0;
  }
  const exploration = report(program, decided, elapsedMs);
  print(cancelled ? exploration : withRules(program, exploration), flags.has('json'));
  return 0;
}

const MIB = 2 ** 20;
/** What the emulator leaves between two collections. */
const BESIDE_MIB = 256;

/** `--states N`, `--memory MIB`. */
function limitsOf(values: ReadonlyMap<string, string>): Limits {
  const mib = wholeNumber('memory', values.get('memory'), 1);
  const heapMib = Math.floor(getHeapStatistics().heap_size_limit / MIB);
  if (mib !== undefined && mib + BESIDE_MIB > heapMib)
    throw new UsageError(
      `--memory: ${mib} MiB and ${BESIDE_MIB} beside them are more than the ${heapMib} that Node gives: NODE_OPTIONS=--max-old-space-size=${mib + BESIDE_MIB} gives as many`,
    );
  return {
    states: wholeNumber('states', values.get('states'), 1) ?? DEFAULT_LIMITS.states,
    bytes: mib === undefined ? DEFAULT_LIMITS.bytes : mib * MIB,
  };
}

/** `I/N`, I from 1. */
function shardOf(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > of) throw new UsageError(`--shard: expected I/N with 1 <= I <= N, found "${text}"`);
  return { index: index - 1, of };
}

/** `--sample K`, with `--seed S`. */
function sampleOf(values: ReadonlyMap<string, string>): Sample | undefined {
  const orderings = wholeNumber('sample', values.get('sample'), 1);
  const seed = wholeNumber('seed', values.get('seed'), 0);
  if (orderings === undefined && seed !== undefined) throw new UsageError('--seed: of use only with --sample K');
  if (orderings !== undefined && orderings > MOST_SAMPLED) throw new UsageError(`--sample: at most ${MOST_SAMPLED}, found ${orderings}`);
  return orderings === undefined ? undefined : { orderings, seed: seed ?? 1 };
}

/** Orderings between two looks at signals. */
const DRAWN = 50;

/** Draws and runs until all are drawn or the user has had enough (SIGINT). */
async function draw(program: Program, sample: Sample): Promise<Exploration> {
  const began = performance.now();
  const sampler = new Sampler(program, sample);
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.once('SIGINT', stop);
  while (sampler.advance(DRAWN) && !stopped) {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${sampler.tried.toLocaleString('en')} of ${sample.orderings.toLocaleString('en')} drawn `);
    await new Promise((done) => setImmediate(done));
  }
  process.off('SIGINT', stop);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return report(program, sampler.decided(), Math.round(performance.now() - began));
}

/** Branches between two looks at signals. */
const SLICE = 200;

/**
 * Each thread compiles the emulator for itself: with V8's usual inlining (920) that is 2.9 s of processor time for two of them, with
 * this 1.8 s, and the code that comes out is as fast.
 */
const INLINING = '--max-inlined-bytecode-size-cumulative=200';

/** A searcher in a thread of its own. */
function peerOf({ scenario }: Program): StartPeer {
  return (searcher, heard, lost) => {
    const workerData: SearchData = { scenario, searcher };
    const thread = new Worker(new URL('./search-thread.js', import.meta.url), { workerData });
    thread.on('message', heard);
    thread.on('error', (error) => lost(String(error)));
    thread.on('exit', (code) => lost(`it ended with code ${code}`));
    return { tell: (batch) => thread.postMessage(batch), end: () => void thread.terminate() };
  };
}

interface Answer {
  readonly decided: Decided;
  /** Of the search alone: what was foretold before is not in it. */
  readonly elapsedMs: number;
  /** By the user, who is not to wait for more. */
  readonly cancelled: boolean;
}

/** Goes on until all is decided, a limit is hit or the user has had enough (SIGINT): then the answer is what is known so far. */
async function decide(program: Program, limits: Limits, shard: Shard | undefined, jobs: number): Promise<Answer> {
  const problem = tooLarge(program);
  const states = statesWithin(limits);
  if (problem !== '') {
    const ahead = foretold(program, states);
    throw new UsageError(`explore: ${problem}${ahead === undefined ? '' : `: ${ahead.pin.join(', ')} would do`}`);
  }
  if (jobs > 1) setFlagsFromString(INLINING);
  const pool = new Pool(program, jobs, peerOf(program), limits, shard);
  if (shard === undefined && mayTake(program, states)) {
    // The other threads begin meanwhile.
    pool.call();
    const ahead = foretold(program, states);
    if (ahead !== undefined && (ahead.exceeds || ahead.most * FORECAST_FACTOR > states))
      process.stderr.write(`explore: ${aheadWords(ahead, states)}\n`);
  }
  const { searcher } = pool;
  const began = performance.now();
  let limit: Stopped | '' = '';
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.once('SIGINT', stop);
  const total = countOrderings(program);
  while (!stopped && pool.advance(SLICE, performance.now() - began)) {
    limit = pool.stopped;
    if (limit !== '') break;
    if (process.stderr.isTTY) {
      const { decided, states: known } = searcher.progress();
      process.stderr.write(`\r${decided.toLocaleString('en')} of ${total.toLocaleString('en')} decided, ${known} states `);
    }
    await new Promise((done) => setImmediate(done));
  }
  pool.end();
  process.off('SIGINT', stop);
  if (pool.lost !== '') process.stderr.write(`explore: a thread of the search was lost, and the others went on: ${pool.lost}\n`);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const decided: Decided = { ...searcher.decided(), ...(limit === '' ? {} : { stopped: limit }) };
  if (limit !== '') {
    const reached = limit === 'memory' ? `${Math.round(limits.bytes / MIB)} MiB of memory` : `${limits.states} distinct states`;
    process.stderr.write(
      `explore: stopped at ${reached} (${total} orderings): the answer is what is decided so far; pin some steps in the scenario ("pinned": true), raise --${limit}, or divide it with --shard I/N\n`,
    );
  }
  return { decided, elapsedMs: Math.round(performance.now() - began), cancelled: stopped };
}

/** A forecast is looked for that long; on a busy machine longer, until so many states say something, but not for ever. */
const FORECAST_MS = 1_500;
const LEAST_LOOKED = 1_000;
const FORECAST_MOST_MS = 6_000;
/** By so much a search can outgrow the upper bound that is foretold. */
const FORECAST_FACTOR = 3;

/** Until it is certain enough that the search fits, or time is up. */
function foretold(program: Program, states: number): Forecast | undefined {
  const began = performance.now();
  let known: Forecast | undefined;
  for (const better of forecast(program, states)) {
    known = better ?? known;
    const spent = performance.now() - began;
    const enough = (known?.looked ?? 0) >= LEAST_LOOKED || spent > FORECAST_MOST_MS;
    if ((known !== undefined && known.most * FORECAST_FACTOR <= states) || (enough && spent > FORECAST_MS)) break;
  }
  return known;
}

function aheadWords(ahead: Forecast, states: number): string {
  const figure = (count: number) => Number(count.toPrecision(2)).toLocaleString('en');
  const all = `about ${figure(ahead.states)} distinct states are to be expected (${figure(ahead.least)} to ${figure(ahead.most)}), the limit is ${figure(states)}`;
  const pin = ahead.pin.length === 0 ? '' : `; with ${ahead.pin.join(', ')} pinned ("pinned": true) about ${figure(ahead.statesThen)}`;
  return `${all}${pin}; ${ahead.exceeds ? 'going on until the limit' : 'they may not all fit: going on until then'}`;
}

/** Parts that other machines have decided, as one answer. */
function merge(files: readonly string[]): Exploration {
  const parts = files.map((file): Part => {
    const part = readPart(readJson(file));
    if (typeof part === 'string') throw new UsageError(`${file}: ${part}`);
    return part;
  });
  const { scenario, problems } = checkScenario(parts[0]?.scenario, { models, protocols });
  if (scenario === undefined)
    throw new UsageError(`${files[0] ?? '--merge'}: ${problems[0]?.path ?? '$'}: ${problems[0]?.message ?? 'no part was given'}`);
  const program = prepare(scenario);
  const decided = mergeParts(parts, movableSteps(program));
  if (typeof decided === 'string') throw new UsageError(`explore --merge: ${decided}`);
  return withRules(program, report(program, decided, Math.max(...parts.map((part) => part.elapsedMs))));
}

/** Tries the rules on the orders near the best one. */
function withRules(program: Program, exploration: Exploration): Exploration {
  let rules: CounterExamples | undefined;
  for (const trial of trials(program, exploration)) {
    if (rules === undefined) rules = new CounterExamples(trial.trace);
    else rules.add(trial);
  }
  return rules === undefined ? exploration : { ...exploration, rules: rules.answer() };
}

function print(exploration: Exploration, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(exploration, undefined, 2)}\n` : `${lines(exploration).join('\n')}\n`);
}

/** Rules that hold in the best order and that no bad order near it breaks. */
function rulesOf({ rules }: Exploration): readonly string[] {
  if (rules === undefined || rules.without.length === 0) return [];
  return [
    `rules without a counter-example here: they hold in the best order, and none of ${rules.tried} orders near it is bad and breaks one`,
    ...rules.without.map(({ rule, title, because }) => `  ${rule} ${title} (${because})`),
  ];
}

/** What was done, in a line or two. */
function headOf(one: Exploration): readonly string[] {
  const { sampled } = one;
  if (sampled === undefined)
    return [
      `${one.scenario}: ${one.complete ? '' : 'stopped, so far '}${one.orderings} orderings, ${one.safe} safe (${one.states} distinct states, ${one.elapsedMs} ms)`,
    ];
  const [least, most] = sampled.safeBetween.map((share) => `${Number((share * 100).toPrecision(2))} %`);
  return [
    `${one.scenario}: SAMPLED, ${sampled.tried} of ${one.of} orderings drawn at random with seed ${sampled.seed} (${sampled.distinct} different ones), ${one.safe} safe (${one.elapsedMs} ms)`,
    `  between ${least} and ${most} of all orderings are safe, with 95 % confidence${one.safe === '0' ? '; that none was drawn does not say that there is none' : ''}`,
  ];
}

function lines(one: Exploration): readonly string[] {
  const counts = (sums: { readonly [name: string]: string | undefined }) => Object.entries(sums).map(([name, sum]) => `  ${sum} ${name}`);
  return [
    ...headOf(one),
    'by class',
    ...counts(one.byClass),
    'by finding',
    ...counts(one.byFinding),
    one.sampled !== undefined
      ? 'required pairs: a sample cannot show any'
      : one.complete
        ? `required pairs (${one.sufficient ? 'they suffice' : 'they do not suffice'})`
        : 'pairs that every safe order met so far keeps',
    ...one.required.map((pair) => `  ${pair.before} before ${pair.after}: ${pair.because}`),
    ...(one.free.length === 0
      ? []
      : ['not required here: some safe order has them the other way round, so a rule that asks for it finds no counter-example']),
    ...one.free.map((pair) => `  ${pair.before} before ${pair.after}`),
    ...rulesOf(one),
    one.sampled === undefined ? 'best' : 'best of those drawn',
    ...one.best.map(
      (best) =>
        `  downtime ${printNanos(best.downtimeNanos)}, ${best.bytesSent} bytes: ${Object.values(best.ordering)
          .map((ids) => ids.join(', '))
          .join(' | ')}`,
    ),
  ];
}
