/**
 * What the worker answers about orderings other than the present one: all of them, what that will cost, the nearest safe one, the
 * lattice. It comes when somebody asks: a first visit runs a story.
 */
import type { Program } from '../core/emulator/program.ts';
import { DEFAULT_LIMITS, type Limits } from '../core/explore/explore.ts';
import { type Forecast, forecast, statesWithin } from '../core/explore/forecast.ts';
import { lattice } from '../core/explore/lattice.ts';
import { nearest, shrink } from '../core/explore/nearest.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import { decide, decidedOf, draw, scenarioOf, withRules } from './decide.ts';
import type { Answer, DecidedSoFar, ExploreRequest, ForecastAnswer, ForecastRequest, LatticeRequest, NearestRequest } from './messages.ts';

/** What an answer needs of the worker. */
export interface Desk {
  programOf(scenario: Scenario): Program;
  say(answer: Answer): void;
  /** Lets messages in; then whether to go on. Dropped is what a newer request of the topic replaces, stopped what the user has had enough of. */
  turn(): Promise<'go' | 'stop' | 'drop'>;
}

export type OrderingsRequest = ExploreRequest | ForecastRequest | NearestRequest | LatticeRequest;

export function answer(request: OrderingsRequest, desk: Desk): Promise<void> {
  switch (request.type) {
    case 'explore':
      return answerExplore(request, desk);
    case 'forecast':
      return answerForecast(request, desk);
    case 'nearest':
      return answerNearest(request, desk);
    case 'lattice':
      return answerLattice(request, desk);
  }
}

/** Stopped, it answers with what is decided so far; superseded by a newer search, it does not. */
async function answerExplore({ id, scenario, sample }: ExploreRequest, desk: Desk): Promise<void> {
  const told = (states: number, decided: DecidedSoFar) => {
    desk.say({ type: 'progress', id, happenings: states, decided });
    return desk.turn();
  };
  const known = decidedOf(scenario)?.exploration;
  const program = desk.programOf(scenario);
  const exploration =
    sample !== undefined
      ? await draw(program, sample, told)
      : known?.complete === true
        ? known
        : (await decide(program, DEFAULT_LIMITS, told))?.exploration;
  if (exploration === undefined) return desk.say({ type: 'superseded', id });
  if (exploration.rules !== undefined) return desk.say({ type: 'done', id, exploration });
  const joined = await withRules(program, exploration, async () => (await desk.turn()) === 'go');
  desk.say({ type: 'done', id, exploration: joined });
}

/** What should fit into the memory that a search may take. */
const MOST_STATES = statesWithin(DEFAULT_LIMITS);

/** A forecast is looked for that long: it is to be there before a hand is at the button, and it grows better all the time. */
const FORECAST_MS = 2_500;
/** On a busy machine longer, until so many states have been looked at, but not for ever. */
const LEAST_LOOKED = 12_000;
const FORECAST_MOST_MS = 8_000;

async function answerForecast({ id, scenario }: ForecastRequest, desk: Desk): Promise<void> {
  const steps = forecast(desk.programOf(scenario), MOST_STATES);
  let spent = 0;
  let known: Forecast | undefined;
  const timed = (): ForecastAnswer | null => {
    if (known === undefined) return null;
    const pace = spent / 1_000 / Math.max(1, known.looked);
    const seconds = known.exact ? (known.states / Math.max(1, known.looked)) * (spent / 1_000) : known.states * pace;
    return { ...known, seconds, secondsThen: known.statesThen * pace, mostStates: MOST_STATES };
  };
  for (;;) {
    // Its own work alone: what else the worker does between two slices is not the search's pace.
    const began = performance.now();
    const { value, done } = steps.next();
    spent += performance.now() - began;
    const better = value !== undefined && value !== known;
    known = value ?? known;
    const enough = (known?.looked ?? 0) >= LEAST_LOOKED || spent > FORECAST_MOST_MS;
    if (done === true || (spent > FORECAST_MS && enough)) return desk.say({ type: 'done', id, forecast: timed() });
    const word = better ? timed() : null;
    if (word !== null) desk.say({ type: 'progress', id, happenings: word.looked, forecast: word });
    if ((await desk.turn()) !== 'go') return desk.say({ type: 'superseded', id });
  }
}

async function answerNearest({ id, goal, scenario, ordering }: NearestRequest, desk: Desk): Promise<void> {
  const graph = decidedOf(scenario)?.graph;
  const program = desk.programOf(scenario);
  const steps = goal === 'shrink' ? shrink(program, ordering, graph) : nearest(program, ordering, goal, { graph });
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return desk.say({ type: 'done', id, nearest: value ?? null });
    const progress = typeof value === 'number' ? { happenings: value } : { happenings: value.runs, edits: value.edits };
    desk.say({ type: 'progress', id, ...progress });
    if ((await desk.turn()) !== 'go') return desk.say({ type: 'superseded', id });
  }
}

/** A lattice that nobody has decided orderings for is decided up to so many states: some seconds. */
const LATTICE_LIMITS: Limits = { ...DEFAULT_LIMITS, states: 30_000 };

async function answerLattice(request: LatticeRequest, desk: Desk): Promise<void> {
  const { id, ordering, each } = request;
  const scenario = scenarioOf(request.scenario, ordering);
  const told = async (states: number) => {
    desk.say({ type: 'progress', id, happenings: states });
    return (await desk.turn()) === 'go' ? ('go' as const) : ('drop' as const);
  };
  const graph = decidedOf(scenario)?.graph ?? (await decide(desk.programOf(scenario), LATTICE_LIMITS, told))?.graph;
  if (graph === undefined) return desk.say({ type: 'superseded', id });
  const steps = lattice(graph, ordering, each);
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return desk.say({ type: 'done', id, lattice: value });
    if ((await told(value)) === 'drop') return desk.say({ type: 'superseded', id });
  }
}
