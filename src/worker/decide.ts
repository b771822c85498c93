/**
 * All orderings of a scenario, decided in slices by as many searchers as the machine has cores. The last graph is kept: what
 * else is asked about orderings (the nearest safe one, the lattice) is looked up in it.
 */
import type { Program } from '../core/emulator/program.ts';
import { type DecidedGraph, graphOf } from '../core/explore/decided-graph.ts';
import type { Batch } from '../core/explore/exchange.ts';
import type { Decided, Limits, Stopped } from '../core/explore/explore.ts';
import { statesWithin } from '../core/explore/forecast.ts';
import { countOrderings, mayTake, tooLarge } from '../core/explore/orderings.ts';
import { jobsFor, Pool, type StartPeer } from '../core/explore/pool.ts';
import { type Exploration, report } from '../core/explore/report.ts';
import { type Sample, Sampler } from '../core/explore/sample.ts';
import { trials } from '../core/explore/trials.ts';
import { CounterExamples } from '../core/rules/counter-examples.ts';
import type { Ordering } from '../core/scenario/ordering.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import type { DecidedSoFar } from './messages.ts';
import type { ToSearcher } from './search.worker.ts';

declare const self: DedicatedWorkerGlobalScope;

/** Branches of a search between two looks at the messages: some milliseconds of work. */
const BRANCHES = 200;

/** Milliseconds between two looks at what the orderings decided so far have come to. */
const COUNT_MS = 400;

/** A graph of more states is let go when another search begins: the two together could need more than a tab has. */
const MOST_BESIDE = 100_000;

interface Kept {
  readonly text: string;
  readonly graph: DecidedGraph;
  readonly exploration: Exploration;
}

let kept: Kept | undefined;

/** The scenario in which an ordering leaves out and delays what it does: its orderings are those of the search. */
export function scenarioOf(scenario: Scenario, { skipped, delays }: Pick<Ordering, 'skipped' | 'delays'>): Scenario {
  return { ...scenario, skipped, delays };
}

function textOf(scenario: Scenario): string {
  return JSON.stringify({ ...scenario, skipped: scenario.skipped ?? [], delays: scenario.delays ?? {} });
}

/** What was decided of a scenario, if it is still there. */
export function decidedOf(scenario: Scenario): Kept | undefined {
  const text = textOf(scenario);
  return kept?.text === text ? kept : undefined;
}

/** A searcher in a worker of its own. */
function peerOf(scenario: Scenario): StartPeer {
  return (searcher, heard, lost) => {
    const worker = new Worker(new URL('./search.worker.ts', import.meta.url), { type: 'module', name: `search ${searcher}` });
    const post = (message: ToSearcher) => worker.postMessage(message);
    worker.onmessage = ({ data }: MessageEvent<Batch>) => heard(data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      lost(event.message);
    };
    post({ type: 'begin', scenario, searcher });
    return { tell: (batch) => post({ type: 'batch', batch }), end: () => worker.terminate() };
  };
}

/** Goes on until all is decided, a limit is hit, or `told` says `stop`; `drop` throws what was found away. */
export async function decide(
  program: Program,
  limits: Limits,
  told: (states: number, decided: DecidedSoFar) => Promise<'go' | 'stop' | 'drop'>,
): Promise<{ readonly exploration: Exploration; readonly graph: DecidedGraph | undefined } | undefined> {
  const began = performance.now();
  const problem = tooLarge(program);
  if (problem !== '') throw new Error(problem);
  const pool = new Pool(program, jobsFor(self.navigator.hardwareConcurrency), peerOf(program.scenario), limits);
  if ((kept?.exploration.states ?? 0) > MOST_BESIDE) kept = undefined;
  const { searcher } = pool;
  // What may take long is divided from the first moment.
  if (mayTake(program, statesWithin(limits))) pool.call();
  const of = String(countOrderings(program));
  let stopped: Stopped | '' = '';
  let counted = began;
  let byClass: DecidedSoFar['byClass'];
  try {
    while (pool.advance(BRANCHES, performance.now() - began)) {
      const { states, decided } = searcher.progress();
      if (performance.now() - counted > COUNT_MS) {
        byClass = searcher.byClass();
        counted = performance.now();
      }
      const word = await told(states, { orderings: String(decided), of, byClass, searchers: pool.size, lost: pool.lost });
      if (word === 'drop') return undefined;
      stopped = pool.stopped;
      if (word === 'stop' || stopped !== '') break;
    }
  } finally {
    pool.end();
  }
  const decided: Decided = { ...searcher.decided(), ...(stopped === '' ? {} : { stopped }) };
  const exploration = report(program, decided, Math.round(performance.now() - began));
  const graph = graphOf(program, decided);
  kept = graph === undefined ? undefined : { text: textOf(program.scenario), graph, exploration };
  return { exploration, graph };
}

/** So long the rules are tried on the orders near the best one, once all is decided. */
const RULES_MS = 1_500;

/** The answer with the rules that find no counter-example in it; what was tried by the time limit is said. */
export async function withRules(program: Program, exploration: Exploration, isWanted: () => Promise<boolean>): Promise<Exploration> {
  const began = performance.now();
  let rules: CounterExamples | undefined;
  for (const trial of trials(program, exploration)) {
    if (rules === undefined) rules = new CounterExamples(trial.trace);
    else rules.add(trial);
    if (performance.now() - began > RULES_MS || !(await isWanted())) break;
  }
  const answer = rules === undefined ? exploration : { ...exploration, rules: rules.answer() };
  if (kept?.exploration === exploration) kept = { ...kept, exploration: answer };
  return answer;
}

/** Milliseconds of a sample between two looks at the messages. */
const DRAW_MS = 20;

/** Draws orderings at random and runs each, until all are drawn or `told` says otherwise. */
export async function draw(
  program: Program,
  sample: Sample,
  told: (runs: number, decided: DecidedSoFar) => Promise<'go' | 'stop' | 'drop'>,
): Promise<Exploration | undefined> {
  const began = performance.now();
  const sampler = new Sampler(program, sample);
  for (let more = true; more; ) {
    const until = performance.now() + DRAW_MS;
    while (more && performance.now() < until) more = sampler.advance(1);
    const { tried } = sampler;
    const decided = { orderings: String(tried), of: String(sample.orderings), byClass: sampler.byClass(), searchers: 1, lost: '' };
    const word = await told(tried, decided);
    if (word === 'drop') return undefined;
    if (word === 'stop') break;
  }
  return report(program, sampler.decided(), Math.round(performance.now() - began));
}
