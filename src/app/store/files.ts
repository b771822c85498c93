/** Files in and out: what is dropped, pasted or chosen is recognised by content; a failure loses nothing on screen. */
import { thousands } from '../../core/base/thousands.ts';
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import { guessJson, isObjectLines, looksLike } from '../../core/formats/guess.ts';
import { recordingPieces } from '../../core/formats/recording/write.ts';
import { applyEdit, parseEdits } from '../../core/scenario/edits.ts';
import { inOrder } from '../../core/scenario/ordering.ts';
import { doubledNames, MOST_TEXT_BYTES, parseJson } from '../../core/scenario/plain.ts';
import type { Problem } from '../../core/scenario/problem.ts';
import type { Lab } from './lab.ts';

/** Lines of problems shown at once. */
const MOST_LINES = 6;
/** By so much a recording is recognised. */
const HEAD_BYTES = 512;
/** By so much objects one a line are. */
const LINES_BYTES = 65_536;

/** The checks come with the first file: a first visit runs a story. */
const checks = (lab: Lab) => lab.during(import('../../core/scenario/check.ts'));

/** Files of one choice or one drop: JSON each by itself, all others together as the logs of one migration. */
export async function openFiles(lab: Lab, files: readonly File[]): Promise<void> {
  const kinds = await lab.during(Promise.all(files.map(isJson)));
  const some = kinds.includes(false);
  // An empty file among logs is one of them; alone it may be anything.
  const isLog = (file: File, i: number) => kinds[i] === false || (some && file.size === 0);
  const logs = files.filter(isLog);
  for (const [i, file] of files.entries()) if (!isLog(file, i)) await openFile(lab, file);
  if (logs.length > 0) lab.importLogs(logs);
}

/** JSON begins with a brace or a bracket, be it whole or not; an empty file is told as JSON that it is not. */
async function isJson(file: File): Promise<boolean> {
  const text = await file
    .slice(0, LINES_BYTES)
    .text()
    .catch(() => undefined);
  // A folder, or a file that is gone: the worker says so.
  if (text === undefined) return false;
  const head = text.slice(0, HEAD_BYTES).trimStart();
  // Chrome traces and the recordings of logs are read in the worker, as logs are.
  if (head.startsWith('[') || head.includes('"traceEvents"')) return false;
  if (head.includes('"switchover.recording"') && /"scenario"\s*:\s*null/.test(head)) return false;
  return head === '' || (head.startsWith('{') && !isObjectLines(text));
}

/** Pasted text: JSON, lines of a log, or edits of the order as they are printed (`move source/a before b; skip source/c`). */
export async function openPasted(lab: Lab, text: string): Promise<void> {
  const edits = parseEdits(text);
  if (edits !== undefined && edits.length > 0) lab.setOrdering(edits.reduce(applyEdit, lab.store.getState().ordering));
  else await openFiles(lab, [new File([text], 'The pasted text')]);
}

async function openFile(lab: Lab, file: File): Promise<void> {
  if (file.size === 0) {
    refuse(lab, file.name, [{ path: 'size', message: '0 bytes: the file is empty, there is nothing to read' }]);
    return;
  }
  if (/^\s*\{\s*"format"\s*:\s*"switchover\.recording"/.test(await file.slice(0, HEAD_BYTES).text())) {
    await openRecording(lab, file);
    return;
  }
  if (file.size > MOST_TEXT_BYTES) {
    refuse(lab, file.name, [{ path: '$', message: `${file.size} bytes, at most ${MOST_TEXT_BYTES} are read` }]);
    return;
  }
  await openText(lab, await lab.during(file.text()), file.name);
}

async function openText(lab: Lab, text: string, name: string): Promise<void> {
  const parsed = parseJson(text);
  if (parsed.problem !== undefined) return refuse(lab, name, [parsed.problem]);
  switch (guessJson(parsed.value)) {
    case 'scenario': {
      const doubled = doubledNames(text);
      return doubled.length > 0 ? refuse(lab, name, doubled) : openScenario(lab, parsed.value, name);
    }
    case 'recording':
      // Its format does not stand first.
      return openRecording(lab, new File([text], name));
    case 'exploration':
      return refuse(lab, name, [
        { path: '$.format', message: 'an exploration holds counts, no run: open the scenario that it was made of' },
      ]);
    default:
      return refuse(lab, name, [
        { path: '$', message: `expected a Switchover recording or scenario, and this looks like ${looksLike(parsed.value)}` },
      ]);
  }
}

async function openScenario(lab: Lab, value: unknown, name: string): Promise<void> {
  const { checkScenario } = await checks(lab);
  const { scenario, problems } = checkScenario(value, { models, protocols });
  if (scenario === undefined) {
    refuse(lab, name, problems);
    return;
  }
  lab.open(scenario);
}

/** A recording is run again, and whether the trace is identical is said. */
async function openRecording(lab: Lab, file: File): Promise<void> {
  const recording = await lab.readRecording(file);
  if (recording === undefined) return;
  lab.open(recording.scenario, recording.ordering, (different, events) =>
    lab.alert({
      severity: 'info',
      title:
        different === undefined
          ? `${file.name} was run again: the trace is identical.`
          : `${file.name} was run again: the trace differs from event #${different} on.`,
      lines:
        different === undefined
          ? [`${thousands(events)} events.`]
          : ['It was made by another version of the emulator, or the file was edited. On screen is the run of today.'],
    }),
  );
}

export function refuse(lab: Lab, name: string, problems: readonly Problem[], what = 'opened'): void {
  const lines = problems.slice(0, MOST_LINES).map((problem) => `${problem.path}: ${problem.message}`);
  const more = problems.length - lines.length;
  lab.alert({
    severity: 'error',
    title: `${name} was not ${what}. What is on screen is kept.`,
    lines: more > 0 ? [...lines, `and ${more} more`] : lines,
  });
}

/** The run on screen in a foreign format; the writers come when they are asked for. */
export async function exportAs(lab: Lab, id: string): Promise<void> {
  const { run } = lab.store.getState();
  if (run === undefined) return;
  const { RefusedRun, writersWith } = await import('../../core/formats/index.ts');
  const writer = writersWith(models).find((one) => one.id === id);
  if (writer === undefined) return;
  const name = `${run.imported === undefined ? run.scenario.id : 'imported'}.${writer.extension}`;
  try {
    const written = writer.write({ ...run, scenario: run.imported === undefined ? run.scenario : null });
    save(name, typeof written === 'string' ? [written] : written, writer.mediaType);
  } catch (error) {
    if (!(error instanceof RefusedRun)) throw error;
    refuse(lab, name, [{ path: writer.title, message: error.message }], 'written');
  }
}

/** The run on screen as a file: printed in slices, so that the page answers between them. */
export async function exportJson(lab: Lab): Promise<void> {
  const { run, takes } = lab.store.getState();
  if (run === undefined) return;
  if (run.imported !== undefined) {
    const { rules } = run.imported;
    save('imported.json', await inSlices(recordingPieces({ ...run, scenario: null, rules })), 'application/json');
    return;
  }
  const kept = takes
    .filter((take) => take.run.scenario.id === run.scenario.id)
    .map((take) => ({ name: take.name, ordering: take.run.ordering }));
  save(`${run.scenario.id}.json`, await inSlices(recordingPieces({ ...run, takes: kept })), 'application/json');
}

/** Milliseconds of printing at once. */
const SLICE_MS = 12;

/** Pieces that were printed leave the page's memory as blobs. */
async function inSlices(pieces: Iterable<string>): Promise<readonly Blob[]> {
  const blobs: Blob[] = [];
  let texts: string[] = [];
  let until = performance.now() + SLICE_MS;
  for (const piece of pieces) {
    texts.push(piece);
    if (performance.now() < until) continue;
    blobs.push(new Blob(texts));
    texts = [];
    await new Promise((done) => setTimeout(done));
    until = performance.now() + SLICE_MS;
  }
  return [...blobs, new Blob(texts)];
}

export function exportScenario(lab: Lab): void {
  const { scenario, ordering } = lab.store.getState();
  const file = inOrder(scenario, ordering);
  save(`${scenario.id}.scenario.json`, [`${JSON.stringify(file, undefined, 2)}\n`], 'application/json');
}

export function save(name: string, pieces: Iterable<BlobPart>, type: string): void {
  const url = URL.createObjectURL(new Blob([...pieces], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
