/** Commands by id: buttons, keys, the palette and tests call the same. */
import { stories } from '../../core/scenario/library/index.ts';
import { type AxisKind, clampView, makeAxis, wholeView } from '../../core/swimlane/axis.ts';
import { spanOf } from '../../core/swimlane/marks.ts';
import { kindAt } from '../../core/trace/trace.ts';
import { alignByMarkers } from './clocks.ts';
import type { Lab } from './create-lab.ts';
import { copyLink } from './links.ts';
import { viewBack, viewForth } from './views.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly keys?: string;
  run(lab: Lab): void;
}

export function setAxis(lab: Lab, axis: AxisKind): void {
  const { run } = lab.store.getState();
  lab.store.setState({ axis });
  if (run !== undefined) lab.playhead.set({ view: wholeView(makeAxis(run.trace, axis)) });
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

export function moveCursor(lab: Lab, seq: number, select = false): void {
  const { run, axis } = lab.store.getState();
  if (run === undefined) return;
  const cursor = Math.max(-1, Math.min(run.trace.length - 1, seq));
  const { view } = lab.playhead.get();
  const u = cursor < 0 ? 0 : makeAxis(run.trace, axis).at(run.trace.at[cursor] as number, cursor);
  const span = view.to - view.from;
  const seen = u >= view.from && u <= view.to;
  lab.playhead.set({
    cursor,
    ...(select ? { selected: cursor } : {}),
    ...(seen ? {} : { view: { from: u - span / 2, to: u + span / 2 } }),
  });
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
  const spans = ends.filter((seq) => seq >= 0).map((seq) => spanOf(run.trace, axis, seq));
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
  const named = new Set(
    run.audit?.findings.flatMap((finding) => finding.events) ?? run.imported?.rules.flatMap((rule) => rule.events) ?? [],
  );
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

export function togglePlay(lab: Lab): void {
  const playing = lab.playhead.get().playing;
  clearInterval(timer);
  lab.playhead.set({ playing: playing > 0 ? 0 : 1 });
  if (playing > 0) return;
  const { run } = lab.store.getState();
  if (run !== undefined && lab.playhead.get().cursor >= run.trace.length - 1) lab.playhead.set({ cursor: -1 });
  timer = setInterval(() => {
    const before = lab.playhead.get().cursor;
    stepCursor(lab, Math.max(1, Math.round((lab.store.getState().run?.trace.length ?? 0) / 4_000)));
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
  { id: 'whole', title: 'Whole run', keys: '0', run: (lab) => setAxis(lab, lab.store.getState().axis) },
  { id: 'axis-steps', title: 'Axis: Steps', run: (lab) => setAxis(lab, 'steps') },
  { id: 'axis-balanced', title: 'Axis: Balanced', run: (lab) => setAxis(lab, 'balanced') },
  { id: 'axis-time', title: 'Axis: Time', run: (lab) => setAxis(lab, 'time') },
  { id: 'marker-a', title: 'Marker A here', keys: '1', run: (lab) => setMarker(lab, 'a') },
  { id: 'marker-b', title: 'Marker B here', keys: '2', run: (lab) => setMarker(lab, 'b') },
  { id: 'markers-off', title: 'Markers off', keys: '3', run: (lab) => lab.playhead.set({ markers: { a: undefined, b: undefined } }) },
  { id: 'align', title: 'Markers A and B are one moment: set the clock by them', run: alignByMarkers },
  { id: 'zoom-selection', title: 'Zoom to the selection, or between the markers', keys: 'F', run: zoomToSelection },
  { id: 'view-back', title: 'View before', keys: 'Backspace', run: (lab) => viewBack(lab.playhead) },
  { id: 'view-forth', title: 'View after', keys: 'Shift+Backspace', run: (lab) => viewForth(lab.playhead) },
  { id: 'next-problem', title: 'Next problem', keys: 'N', run: (lab) => stepProblem(lab, 1) },
  { id: 'previous-problem', title: 'Previous problem', keys: 'P', run: (lab) => stepProblem(lab, -1) },
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
