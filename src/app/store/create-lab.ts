/**
 * A lab: one scenario under study, with its store, its playhead and its commands. Made by a factory, so that a page
 * can hold two; dependencies come in as arguments.
 */

import { createStore } from 'zustand/vanilla';
import { thousands } from '../../core/base/thousands.ts';
import { applyEdit, editsBetween, nameOfEdits } from '../../core/scenario/edits.ts';
import { type Ordering, orderingOf } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { keepSilences, makeAxis, viewOnAxis, wholeView } from '../../core/swimlane/axis.ts';
import { classWord } from '../../core/trace/audit.ts';
import { unpackTrace } from '../../core/trace/packed.ts';
import { StateAt } from '../../core/trace/state-at.ts';
import { kindAt } from '../../core/trace/trace.ts';
import type { EmulatorPort, ImportAnswer, PartialRun, RecordingAnswer, RunAnswer } from '../emulator-port.ts';
import { toFirstDifference } from './differences.ts';
import { findHint } from './first-minute.ts';
import type { Lab, Lifting } from './lab.ts';
import { createLifting } from './lifting.ts';
import { createPlayhead, NOTHING_FOUND } from './playhead.ts';
import { problemsOf } from './problems.ts';
import type { EmulatedRun, GrowingRun, ImportedRun, LabState, RunView, Version } from './state.ts';
import { keepViews } from './views.ts';

/** Undo steps kept. */
const MOST_UNDO = 200;
const MOST_TAKES = 60;
/** Lines of problems shown at once. */
const MOST_LINES = 6;
/** Rows of the picture: a canvas has a greatest height. */
const MOST_ROWS = 300;

export function createLab(port: EmulatorPort, first: Scenario): Lab {
  const store = createStore<LabState>(() => ({
    scenario: first,
    ordering: orderingOf(first),
    past: [],
    future: [],
    run: undefined,
    work: 'idle',
    happenings: 0,
    opening: undefined,
    takes: [],
    compareWith: undefined,
    lifted: undefined,
    kept: undefined,
    selection: undefined,
    axis: 'steps',
    alerts: [],
    spoken: '',
    theme: 'system',
    dialog: undefined,
    twin: undefined,
    lanes: { hidden: [], pinned: [] },
    table: false,
    hint: undefined,
  }));
  const playhead = createPlayhead();
  let ids = 1;
  /** What is under way on the page itself: files being read, code being loaded. */
  let underWay = 0;
  /** Counts what was asked to be on screen: an answer that is late shows nothing. */
  let turn = 0;

  async function rerun(again?: (differsAt: number | undefined, events: number) => void): Promise<void> {
    turn += 1;
    const { scenario, ordering } = store.getState();
    store.setState({ work: 'running', happenings: 0, opening: undefined });
    const wish = { topic: 'main', scenario, ordering, probes: true, workload: true, seed: scenario.seed ?? 1, again: again !== undefined };
    const tell = (happenings: number) => store.setState({ happenings });
    const outcome = await port.run(wish, tell, (partial) => grow(growingView(scenario, ordering, partial)));
    if (outcome.kind === 'superseded') return;
    if (outcome.kind === 'failed') {
      store.setState({ work: 'idle' });
      lab.alert({
        severity: 'error',
        title: outcome.message,
        lines: ['What is on screen is kept. Try again, or undo the last edit.'],
        retry: 'run',
      });
      return;
    }
    show(viewOf(scenario, ordering, outcome.run));
    again?.(outcome.run.differsAt ?? undefined, outcome.run.trace.length);
  }

  async function readRecording(file: File): Promise<RecordingAnswer | undefined> {
    turn += 1;
    const opening = { names: [file.name], bytes: 0, of: file.size };
    store.setState({ work: 'running', happenings: 0, opening });
    const outcome = await port.readRecording(file, (bytes, of) => {
      if (store.getState().opening?.names === opening.names) store.setState({ opening: { ...opening, bytes, of } });
    });
    if (outcome.kind === 'superseded') return undefined;
    store.setState({ opening: undefined });
    if (outcome.kind === 'recording') return outcome.recording;
    store.setState({ work: 'idle' });
    lab.alert({
      severity: 'error',
      title: `${file.name} was not opened. What is on screen is kept.`,
      lines: outcome.message.split('\n').slice(0, MOST_LINES),
    });
    return undefined;
  }

  /** Logs on the same lanes; what was on screen stays where they cannot be read. */
  async function importLogs(files: readonly File[], byHand: ReadonlyMap<string, number>): Promise<void> {
    turn += 1;
    const opening = { names: files.map((file) => file.name), bytes: 0, of: files.reduce((sum, file) => sum + file.size, 0) };
    store.setState({ work: 'running', happenings: 0, opening });
    const outcome = await port.importLogs(files, byHand, (bytes, of) => {
      // A word that was on its way when reading was stopped.
      if (store.getState().opening?.names === opening.names) store.setState({ opening: { ...opening, bytes, of } });
    });
    if (outcome.kind === 'superseded') return;
    store.setState({ opening: undefined });
    if (outcome.kind === 'failed') {
      store.setState({ work: 'idle' });
      lab.alert({ severity: 'error', title: 'The logs were not opened. What is on screen is kept.', lines: [outcome.message] });
      return;
    }
    // Unpacking and the first picture are two tasks, so that the page answers between them.
    const mine = turn;
    const view = importedView(store.getState().scenario, outcome.imported, files, byHand);
    await new Promise((done) => setTimeout(done));
    if (mine !== turn) return;
    const { trace } = outcome.imported;
    const chrome = trace.origin.kind === 'imported' && trace.origin.reader === 'chrome';
    const beyond = trace.lanes.slice(MOST_ROWS).map((lane) => lane.id);
    if (beyond.length > 0)
      lab.alert({
        severity: 'info',
        title: `${thousands(trace.lanes.length)} lanes: the first ${MOST_ROWS} are shown.`,
        lines: ['All are searched; choose others under Lanes.'],
      });
    store.setState({
      axis: chrome ? 'time' : 'balanced',
      compareWith: undefined,
      lifted: undefined,
      lanes: { hidden: beyond, pinned: [] },
    });
    show(view);
  }

  /** A run that takes long is drawn while it grows: the cursor stays where it is, a whole view stays whole. */
  function grow(run: GrowingRun): void {
    const { run: before, axis: kind, work } = store.getState();
    // Cancelled meanwhile.
    if (work !== 'running') return;
    const { view, cursor } = playhead.get();
    const axis = makeAxis(run.trace, kind);
    const goesOn = before?.growing === true;
    store.setState({ run });
    playhead.set({
      view: goesOn ? viewOnAxis(run.trace, makeAxis(before.trace, kind), view, axis, undefined) : wholeView(axis),
      cursor: goesOn && cursor < before.trace.length - 1 ? cursor : run.trace.length - 1,
      ...(goesOn ? {} : NOTHING_CHOSEN),
    });
  }

  function show(run: EmulatedRun | ImportedRun): void {
    const state = store.getState();
    const keep = state.run?.scenario.id === run.scenario.id && run.imported === undefined && state.run.imported === undefined;
    const takes = run.imported === undefined ? withTake(state, run) : state.takes;
    store.setState({ run, work: 'idle', takes, alerts: state.alerts.filter((alert) => alert.retry === undefined) });
    const axis = makeAxis(run.trace, state.axis);
    const before = playhead.get();
    const ratio = axis.length / (state.run === undefined ? 1 : makeAxis(state.run.trace, state.axis).length);
    const view = keep ? { from: before.view.from * ratio, to: before.view.to * ratio } : wholeView(axis);
    const cursor = keep ? Math.min(before.cursor, run.trace.length - 1) : firstSight(run);
    playhead.set({ view, cursor, ...NOTHING_CHOSEN });
    // A first run that took long was on screen while it grew.
    if ((!keep || state.run?.growing === true) && run.imported === undefined) void findHint(lab);
    if (!keep && state.run !== undefined && run.audit !== null)
      lab.say(`${run.scenario.title}. ${classWord(run.audit.class)}. ${run.audit.sentence}`);
    if (keep && run.audit !== null) lab.say(`${classWord(run.audit.class)}. ${run.audit.sentence}`);
    if (run.imported !== undefined) lab.say(`${thousands(run.imported.lines.total)} lines were read.`);
  }

  function withTake(state: LabState, run: EmulatedRun) {
    const key = JSON.stringify([run.scenario, run.ordering]);
    const known = state.takes.findIndex((take) => JSON.stringify([take.run.scenario, take.run.ordering]) === key);
    if (known >= 0) return state.takes.with(known, { ...(state.takes[known] as LabState['takes'][number]), run });
    const name = nameOfEdits(editsBetween(orderingOf(run.scenario), run.ordering));
    return [...state.takes, { id: ids++, name: `${run.scenario.id}: ${name}`, run }].slice(-MOST_TAKES);
  }

  function setOrdering(ordering: Ordering): void {
    const state = store.getState();
    if (ordering === state.ordering) return;
    store.setState({ ordering, past: [...state.past, versionOf(state)].slice(-MOST_UNDO), future: [], hint: undefined });
    void rerun();
  }

  const lab: Lab = {
    store,
    playhead,
    port,
    lifting: undefined as unknown as Lifting,
    readRecording,
    open(scenario, ordering = orderingOf(scenario), again) {
      store.setState({ scenario, ordering, past: [], future: [], lifted: undefined, selection: undefined, hint: undefined });
      // Its log may be large.
      if (scenario.id !== store.getState().twin?.scenario.id) store.setState({ twin: undefined });
      void rerun(again);
    },
    change(scenario, ordering = orderingOf(scenario)) {
      const state = store.getState();
      store.setState({
        scenario,
        ordering,
        past: [...state.past, versionOf(state)].slice(-MOST_UNDO),
        future: [],
        lifted: undefined,
        selection: undefined,
        hint: undefined,
      });
      void rerun();
    },
    importLogs: (files, byHand = new Map()) => void importLogs(files, byHand),
    edit: (edit) => setOrdering(applyEdit(store.getState().ordering, edit)),
    setOrdering,
    undo() {
      const state = store.getState();
      const before = state.past[state.past.length - 1];
      if (before === undefined) return;
      store.setState({ ...before, past: state.past.slice(0, -1), future: [versionOf(state), ...state.future] });
      void rerun();
    },
    redo() {
      const state = store.getState();
      const next = state.future[0];
      if (next === undefined) return;
      store.setState({ ...next, past: [...state.past, versionOf(state)], future: state.future.slice(1) });
      void rerun();
    },
    reset: () => setOrdering(orderingOf(store.getState().scenario)),
    rerun: () => void rerun(),
    cancel() {
      port.cancel('main');
      store.setState({ work: 'idle', opening: undefined });
    },
    alert(alert) {
      const { alerts } = store.getState();
      store.setState({ alerts: [...alerts.filter((one) => one.title !== alert.title), { ...alert, id: ids++ }].slice(-4) });
    },
    dismiss: (id) => store.setState((state) => ({ alerts: state.alerts.filter((alert) => alert.id !== id) })),
    say: (spoken) => store.setState({ spoken }),
    during(work) {
      underWay += 1;
      const over = () => {
        underWay -= 1;
      };
      work.then(over, over);
      return work;
    },
    async idle(own = 0) {
      const busy = () => port.pending > 0 || underWay > own || store.getState().work === 'running';
      for (;;) {
        while (busy()) await new Promise((done) => setTimeout(done, 4));
        // One frame lays out what is new, the next one draws it (timeline/stage.ts).
        for (let frame = 0; frame < 3; frame += 1) await new Promise((done) => requestAnimationFrame(done));
        if (!busy()) return;
      }
    },
  };
  (lab as { lifting: Lifting }).lifting = createLifting(lab);
  keepViews(playhead);
  store.subscribe((now, before) => {
    if (now.compareWith !== before.compareWith && now.compareWith !== undefined) toFirstDifference(lab);
  });
  return lab;
}

function versionOf({ scenario, ordering }: LabState): Version {
  return { scenario, ordering };
}

const NOTHING_CHOSEN = {
  selected: undefined,
  hover: undefined,
  markers: { a: undefined, b: undefined },
  crumbs: [],
  found: NOTHING_FOUND,
  difference: -1,
  ghost: undefined,
  delaying: undefined,
} as const;

function growingView(scenario: Scenario, ordering: Ordering, partial: PartialRun): GrowingRun {
  const trace = unpackTrace(partial.trace);
  return {
    scenario,
    ordering,
    trace,
    index: partial.index,
    states: new StateAt(trace, partial.states),
    audit: null,
    growing: true,
    windows: [],
    metrics: { totalNanos: trace.endNanos, downtimeNanos: 0, downtimeBy: [], bytesSent: 0, pagesSent: 0, rounds: 0 },
    workMs: 0,
  };
}

function importedView(scenario: Scenario, answer: ImportAnswer, files: readonly File[], byHand: ReadonlyMap<string, number>): ImportedRun {
  const { trace: packed, index, states, silences, ...imported } = answer;
  const trace = unpackTrace(packed);
  keepSilences(trace, silences);
  return {
    scenario,
    ordering: { lists: {}, skipped: [], delays: {} },
    trace,
    index,
    states: new StateAt(trace, states),
    audit: null,
    imported: { ...imported, files, byHand },
    windows: [],
    metrics: { totalNanos: trace.endNanos, downtimeNanos: 0, downtimeBy: [], bytesSent: 0, pagesSent: 0, rounds: 0 },
    workMs: answer.workMs,
  };
}

function viewOf(scenario: Scenario, ordering: Ordering, answer: RunAnswer): EmulatedRun {
  const trace = unpackTrace(answer.trace);
  const { audit, windows, metrics, settled, rules, workMs, index } = answer;
  return { scenario, ordering, trace, index, states: new StateAt(trace, answer.states), audit, windows, metrics, settled, rules, workMs };
}

/** Where the cursor begins: at the first finding; else at the last step that began, or at the beginning of a log, which has none. */
function firstSight(run: RunView): number {
  if (run.imported !== undefined) return run.imported.course.errors[0] ?? Math.min(0, run.trace.length - 1);
  const worst = run.audit?.ok === false ? problemsOf(run).toSorted((a, b) => a.number - b.number)[0] : undefined;
  if (worst !== undefined) return worst.seq;
  let seq = run.trace.length - 1;
  while (seq > 0 && kindAt(run.trace, seq) !== 'step') seq -= 1;
  return seq;
}
