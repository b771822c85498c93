/** Commands by id: buttons, keys, the palette and tests call the same. */
import { stories } from '../../core/scenario/library/index.ts';
import { type AxisKind, clampView, makeAxis, viewOnAxis, wholeView } from '../../core/swimlane/axis.ts';
import { effectsFrom } from '../../core/swimlane/lane-index.ts';
import { spanOf } from '../../core/swimlane/marks.ts';
import { namedEvents } from '../../core/trace/audit.ts';
import { compareTraces } from '../../core/trace/compare.ts';
import { indexIn } from '../../core/trace/state-at.ts';
import { kindAt } from '../../core/trace/trace.ts';
import { keyOf } from '../../core/trace/why.ts';
import { alignByMarkers } from './clocks.ts';
import { moveCursor } from './cursor.ts';
import { stepDifference } from './differences.ts';
import type { Lab } from './lab.ts';
import { copyLink } from './links.ts';
import { comparedTake } from './selectors.ts';
import { viewBack, viewForth } from './views.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly keys?: string;
  run(lab: Lab): void;
}

/** Another axis: the selected event stays where it is on the screen, and about the same stretch of time in view. */
export function setAxis(lab: Lab, axis: AxisKind): void {
  const { run, axis: before } = lab.store.getState();
  lab.store.setState({ axis });
  if (run === undefined || axis === before) return;
  const { view, selected } = lab.playhead.get();
  lab.playhead.set({ crumbs: [], view: viewOnAxis(run.trace, makeAxis(run.trace, before), view, makeAxis(run.trace, axis), selected) });
}

export function showWhole(lab: Lab): void {
  const { run, axis } = lab.store.getState();
  if (run !== undefined) lab.playhead.set({ view: wholeView(makeAxis(run.trace, axis)), crumbs: [] });
}

/** The overview shows what is in view now, so that its window can be pulled more finely; a crumb leads back. */
export function narrowOverview(lab: Lab): void {
  const { view, crumbs } = lab.playhead.get();
  const last = crumbs.at(-1);
  if (last?.from !== view.from || last.to !== view.to) lab.playhead.set({ crumbs: [...crumbs, view].slice(-MOST_CRUMBS) });
}

/** Back to a crumb, with it in view; -1 is the whole run. */
export function backToCrumb(lab: Lab, at: number): void {
  const { crumbs } = lab.playhead.get();
  const view = crumbs[at];
  if (view === undefined) showWhole(lab);
  else lab.playhead.set({ crumbs: crumbs.slice(0, at + 1), view });
}

const MOST_CRUMBS = 6;

/** The next event, or the one before, of the kind of the selected one. */
function stepKind(lab: Lab, by: 1 | -1): void {
  const { run } = lab.store.getState();
  if (run === undefined) return;
  const { cursor, selected } = lab.playhead.get();
  const from = selected ?? Math.max(0, cursor);
  const kind = run.trace.kind[from];
  for (let seq = from + by; seq >= 0 && seq < run.trace.length; seq += by) {
    if (run.trace.kind[seq] !== kind) continue;
    moveCursor(lab, seq, true);
    return;
  }
  lab.say(`No ${kindAt(run.trace, from)} ${by > 0 ? 'after' : 'before'} this.`);
}

/** Along the arrows: to what caused the selected event, or to the first that it caused. */
function walkArrow(lab: Lab, to: 'cause' | 'effect'): void {
  const { run } = lab.store.getState();
  const { selected, cursor } = lab.playhead.get();
  const from = selected ?? cursor;
  if (run === undefined || from < 0) return;
  const next = to === 'cause' ? (run.trace.cause[from] as number) : (effectsFrom(run.trace, run.index, from, 1)[0] ?? -1);
  if (next >= 0) moveCursor(lab, next, true);
  else lab.say(to === 'cause' ? 'Nothing caused this.' : 'This caused nothing.');
}

/** Where the run and the take that it is compared with first part. */
function toDivergence(lab: Lab): void {
  const state = lab.store.getState();
  const take = comparedTake(state);
  if (state.run === undefined || take === undefined) {
    lab.say('Choose a take to compare with first.');
    return;
  }
  const at = compareTraces(state.run.trace, take.run.trace).divergence?.a;
  if (at === undefined) lab.say('The two courses do not part.');
  else moveCursor(lab, at, true);
}

/** To the next change, or the one before, of the value that has a lane; the last pinned one of several. */
export function stepValue(lab: Lab, by: 1 | -1): void {
  const { run, lanes } = lab.store.getState();
  const key = lanes.values?.at(-1);
  const history = run?.states.index.histories.find((one) => keyOf(one) === key);
  if (history === undefined) {
    lab.say('Pin a value to a lane first.');
    return;
  }
  const { cursor } = lab.playhead.get();
  const at = indexIn(history.seqs, by > 0 ? cursor : cursor - 1);
  const next = history.seqs[by > 0 ? at + 1 : at];
  if (next !== undefined) moveCursor(lab, next, true);
}

/** Moves the cursor by so many events; on to the next of the selected lane when `sameLane`. */
export function stepCursor(lab: Lab, by: number, sameLane = false): void {
  const { run } = lab.store.getState();
  if (run === undefined) return;
  const { cursor } = lab.playhead.get();
  const skip = (seq: number) => kindAt(run.trace, seq) === 'write' || (sameLane && run.trace.lane[seq] !== run.trace.lane[cursor]);
  let seq = cursor;
  for (let left = Math.abs(by); left > 0; left -= 1) {
    let next = seq + Math.sign(by);
    while (next >= 0 && next < run.trace.length && skip(next)) next += Math.sign(by);
    if (next < -1 || next >= run.trace.length) break;
    seq = next;
  }
  moveCursor(lab, seq);
}

/** Sets marker A or B at the cursor. */
export function setMarker(lab: Lab, which: 'a' | 'b'): void {
  const { markers, cursor } = lab.playhead.get();
  lab.playhead.set({ markers: { ...markers, [which]: Math.max(0, cursor) } });
}

/** The selected event, or what lies between the markers, fills the picture. */
export function zoomToSelection(lab: Lab): void {
  const { run, axis: kind } = lab.store.getState();
  const { selected, cursor, markers } = lab.playhead.get();
  if (run === undefined) return;
  const axis = makeAxis(run.trace, kind);
  const ends = markers.a !== undefined && markers.b !== undefined && selected === undefined ? [markers.a, markers.b] : [selected ?? cursor];
  const spans = ends.filter((seq) => seq >= 0).map((seq) => spanOf(run.trace, run.index, axis, seq));
  if (spans.length === 0) return;
  const from = Math.min(...spans.map((span) => span[0]));
  const to = Math.max(...spans.map((span) => span[1]));
  const pad = Math.max((to - from) * 0.1, axis.kind === 'steps' ? 0.1 : axis.length / 10_000);
  lab.playhead.set({ view: clampView(axis, { from: from - pad, to: to + pad }) });
}

/** The next event, or the one before, that a finding names or that is an error. */
export function stepProblem(lab: Lab, by: 1 | -1): void {
  const { run } = lab.store.getState();
  if (run === undefined) return;
  const named = namedEvents(run.audit?.findings ?? [], 'rules' in run ? run.rules : (run.imported?.rules ?? []));
  const { cursor } = lab.playhead.get();
  for (let seq = cursor + by; seq >= 0 && seq < run.trace.length; seq += by) {
    const kind = kindAt(run.trace, seq);
    if (!named.has(seq) && kind !== 'error' && kind !== 'fault') continue;
    moveCursor(lab, seq, true);
    return;
  }
  lab.say(by > 0 ? 'No further problem.' : 'No problem before.');
}

const PLAY_MS = 40;
let timer: ReturnType<typeof setInterval> | undefined;

const FASTEST = 16;

export function togglePlay(lab: Lab): void {
  play(lab, lab.playhead.get().playing === 0 ? 1 : 0);
}

/** As in video editors: again in the same direction is twice as fast. */
function playMore(lab: Lab, direction: 1 | -1): void {
  const { playing } = lab.playhead.get();
  play(lab, playing * direction > 0 ? direction * Math.min(FASTEST, Math.abs(playing) * 2) : direction);
}

/** Plays at a speed, below 0 backwards; 0 stops. */
function play(lab: Lab, speed: number): void {
  clearInterval(timer);
  lab.playhead.set({ playing: speed });
  if (speed === 0) return;
  const { run } = lab.store.getState();
  if (run !== undefined && speed > 0 && lab.playhead.get().cursor >= run.trace.length - 1) lab.playhead.set({ cursor: -1 });
  timer = setInterval(() => {
    const before = lab.playhead.get().cursor;
    stepCursor(lab, speed * Math.max(1, Math.round((lab.store.getState().run?.trace.length ?? 0) / 4_000)));
    if (lab.playhead.get().cursor === before) {
      clearInterval(timer);
      lab.playhead.set({ playing: 0 });
    }
  }, PLAY_MS);
}

export const commands: readonly Command[] = [
  { id: 'undo', title: 'Undo', keys: 'Ctrl+Z', run: (lab) => lab.undo() },
  { id: 'redo', title: 'Redo', keys: 'Ctrl+Shift+Z', run: (lab) => lab.redo() },
  { id: 'reset', title: 'Reset order', run: (lab) => lab.reset() },
  { id: 'run-again', title: 'Run again', run: (lab) => lab.rerun() },
  { id: 'cancel', title: 'Cancel the run', run: (lab) => lab.cancel() },
  { id: 'play', title: 'Play', keys: 'Space', run: togglePlay },
  { id: 'next', title: 'Next event', keys: '→', run: (lab) => stepCursor(lab, 1) },
  { id: 'previous', title: 'Previous event', keys: '←', run: (lab) => stepCursor(lab, -1) },
  { id: 'start', title: 'To the beginning', keys: 'Home', run: (lab) => moveCursor(lab, -1) },
  { id: 'end', title: 'To the end', keys: 'End', run: (lab) => moveCursor(lab, Number.MAX_SAFE_INTEGER) },
  { id: 'whole', title: 'Whole run', keys: '0', run: showWhole },
  { id: 'axis-steps', title: 'Axis: Steps', run: (lab) => setAxis(lab, 'steps') },
  { id: 'axis-balanced', title: 'Axis: Balanced', run: (lab) => setAxis(lab, 'balanced') },
  { id: 'axis-time', title: 'Axis: Time', run: (lab) => setAxis(lab, 'time') },
  { id: 'marker-a', title: 'Marker A here', keys: '1', run: (lab) => setMarker(lab, 'a') },
  { id: 'marker-b', title: 'Marker B here', keys: '2', run: (lab) => setMarker(lab, 'b') },
  { id: 'markers-off', title: 'Markers off', keys: '3', run: (lab) => lab.playhead.set({ markers: { a: undefined, b: undefined } }) },
  { id: 'align', title: 'Markers A and B are one moment: set the clock by them', run: alignByMarkers },
  { id: 'zoom-selection', title: 'Zoom to the selection, or between the markers', keys: 'F', run: zoomToSelection },
  { id: 'narrow', title: 'Narrow the overview to what is in view', keys: 'O', run: narrowOverview },
  { id: 'next-kind', title: 'Next event of this kind', keys: '.', run: (lab) => stepKind(lab, 1) },
  { id: 'previous-kind', title: 'Previous event of this kind', keys: ',', run: (lab) => stepKind(lab, -1) },
  { id: 'cause', title: 'To what caused this', keys: '[', run: (lab) => walkArrow(lab, 'cause') },
  { id: 'effect', title: 'To what this caused', keys: ']', run: (lab) => walkArrow(lab, 'effect') },
  { id: 'divergence', title: 'To the first divergence from the compared take', keys: 'G', run: toDivergence },
  { id: 'next-change', title: 'Next change of the pinned value', keys: 'Ctrl+→', run: (lab) => stepValue(lab, 1) },
  { id: 'previous-change', title: 'Previous change of the pinned value', keys: 'Ctrl+←', run: (lab) => stepValue(lab, -1) },
  { id: 'play-back', title: 'Play backwards, faster each time', keys: 'J', run: (lab) => playMore(lab, -1) },
  { id: 'stop', title: 'Stop playing', keys: 'K', run: (lab) => play(lab, 0) },
  { id: 'play-on', title: 'Play forwards, faster each time', keys: 'L', run: (lab) => playMore(lab, 1) },
  { id: 'view-back', title: 'View before', keys: 'Backspace', run: (lab) => viewBack(lab.playhead) },
  { id: 'view-forth', title: 'View after', keys: 'Shift+Backspace', run: (lab) => viewForth(lab.playhead) },
  {
    id: 'next-problem',
    title: 'Next problem; in a comparison the next difference',
    keys: 'N',
    run: (lab) => stepDifference(lab, 1) || stepProblem(lab, 1),
  },
  {
    id: 'previous-problem',
    title: 'Previous problem; in a comparison the previous difference',
    keys: 'P',
    run: (lab) => stepDifference(lab, -1) || stepProblem(lab, -1),
  },
  { id: 'all-lanes', title: 'All lanes in their places', run: (lab) => lab.store.setState({ lanes: { hidden: [], pinned: [] } }) },
  { id: 'table', title: 'Events as a table', run: (lab) => lab.store.setState((state) => ({ table: !state.table })) },
  { id: 'gallery', title: 'Gallery of documented bugs', run: (lab) => lab.store.setState({ dialog: 'gallery' }) },
  { id: 'editor', title: 'Edit the scenario', run: (lab) => lab.store.setState({ dialog: 'editor' }) },
  { id: 'link', title: 'Copy a link to this', run: (lab) => void copyLink(lab) },
  { id: 'theme-light', title: 'Theme: light', run: (lab) => lab.store.setState({ theme: 'light' }) },
  { id: 'theme-dark', title: 'Theme: dark', run: (lab) => lab.store.setState({ theme: 'dark' }) },
  { id: 'theme-system', title: 'Theme: as the system', run: (lab) => lab.store.setState({ theme: 'system' }) },
  ...stories.map((story) => ({ id: `story-${story.id}`, title: `Story: ${story.title}`, run: (lab: Lab) => lab.open(story) })),
];

export function runCommand(lab: Lab, id: string): void {
  commands.find((command) => command.id === id)?.run(lab);
}
