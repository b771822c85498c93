/// <reference lib="webworker" />
/**
 * The emulator in a Web Worker. It works in slices and looks at its messages between two, so that a newer request
 * and a cancel get in at once.
 */

import type { Program } from '../core/emulator/program.ts';
import { prepare, type Run, startRun } from '../core/emulator/run.ts';
import { slotOutcomes } from '../core/emulator/slots.ts';
import { judgeTrace } from '../core/rules/judge.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import { buffersOfIndex, indexLanes } from '../core/swimlane/lane-index.ts';
import { namedEvents } from '../core/trace/audit.ts';
import { firstDifference } from '../core/trace/compare.ts';
import { buffersOf, packTrace } from '../core/trace/packed.ts';
import { buffersOfStates, indexStates } from '../core/trace/state-index.ts';
import type { Trace } from '../core/trace/trace.ts';
import { breathe } from './breathe.ts';
import type { Progress } from './logs.ts';
import type { Answer, ImportRequest, RecordingRequest, Request, RunRequest, SlotsRequest } from './messages.ts';
import type { Desk, OrderingsRequest } from './orderings.ts';

declare const self: DedicatedWorkerGlobalScope;

/** Milliseconds of a run between two looks at the messages: a cancel gets in at once. A happening may be a pass over a guest's RAM, so that their number says nothing of their time. */
const SLICE_MS = 12;
const HAPPENINGS = 32;

/** Milliseconds between two words about how far reading has come. */
const TELL_MS = 100;

/** A run that takes longer is shown while it grows. */
const PARTIAL_MS = 400;

/** The newest request of each topic; an older one that finds itself replaced stops. */
const newest = new Map<string, number>();

/** In place of a request's number: the user has had enough. */
const CANCELLED = -1;

/** Events of the recording that was read last, until the run that it is of has been made again. */
let recorded: Trace | undefined;

/** One program a scenario: orderings of one scenario come one after the other. */
let compiled: { readonly text: string; readonly program: Program } | undefined;

function say(answer: Answer, transfer: Transferable[] = []): void {
  self.postMessage(answer, transfer);
}

function programOf(scenario: Scenario): Program {
  const text = JSON.stringify(scenario);
  if (compiled?.text !== text) compiled = { text, program: prepare(scenario) };
  return compiled.program;
}

/** Some milliseconds of a run; true when it is over. */
function slice(run: Run): boolean {
  const until = performance.now() + SLICE_MS;
  while (performance.now() < until) if (run.advance(HAPPENINGS)) return true;
  return false;
}

function sayPartial(id: number, trace: Trace): void {
  const packed = packTrace(trace);
  const index = indexLanes(trace, (seq) => typeof trace.args(seq)['errno'] === 'string');
  const states = indexStates(trace);
  say({ type: 'partial', id, partial: { trace: packed, index, states } }, [
    ...buffersOf(packed),
    ...buffersOfIndex(index),
    ...buffersOfStates(states),
  ]);
}

async function answerRun(request: RunRequest): Promise<void> {
  const { id, topic } = request;
  const began = performance.now();
  const run = startRun(programOf(request.scenario), request.ordering, request);
  let shown = began;
  let patience = PARTIAL_MS;
  while (!slice(run)) {
    say({ type: 'progress', id, happenings: run.happenings });
    await breathe();
    if (newest.get(topic) !== id) return say({ type: 'superseded', id });
    const now = performance.now();
    if (now - shown < patience) continue;
    sayPartial(id, run.partial());
    shown = performance.now();
    // Showing takes at most a fifth of the time, however long the run grows.
    patience = Math.max(PARTIAL_MS, 4 * (shown - now));
  }
  const { trace, ...rest } = run.finish();
  const before = request.again === true ? recorded : undefined;
  if (topic === 'main') recorded = undefined;
  const same = before === undefined ? {} : { differsAt: firstDifference(before, trace) ?? null };
  const packed = packTrace(trace);
  const rules = judgeTrace(trace);
  const named = namedEvents(rest.audit.findings, rules);
  const index = indexLanes(trace, (seq) => typeof trace.args(seq)['errno'] === 'string', named);
  const states = indexStates(trace);
  const work = performance.now() - began;
  const buffers = [...buffersOf(packed), ...buffersOfIndex(index), ...buffersOfStates(states)];
  say({ type: 'done', id, run: { ...rest, ...same, trace: packed, index, states, rules, workMs: work } }, buffers);
}

async function answerSlots(request: SlotsRequest): Promise<void> {
  const { id, topic, ordering, list, steps, seed } = request;
  for (const slot of slotOutcomes(programOf(request.scenario), ordering, list, steps, seed)) {
    say({ type: 'slot', id, slot });
    await breathe();
    if (newest.get(topic) !== id) return say({ type: 'superseded', id });
  }
  say({ type: 'done', id });
}

/** Readers come when there is something to read: a first visit runs a story. */
async function readImport(files: readonly File[], byHand: ReadonlyMap<string, number>, progress: Progress) {
  const [first, ...others] = files;
  if (first !== undefined && others.length === 0) {
    const { looksLikeImportedRecording, readImportedRecording } = await import('./recording.ts');
    if (await looksLikeImportedRecording(first)) return readImportedRecording(first, byHand, progress);
    const { looksLikeChrome, readChrome } = await import('./chrome.ts');
    if (await looksLikeChrome(first)) return readChrome(first, progress);
  }
  const { readLogs } = await import('./logs.ts');
  return readLogs(files, byHand, progress);
}

/** How far reading a file has come; false: nobody waits for it any more. */
function progressOf({ id, topic }: ImportRequest | RecordingRequest): Progress {
  let told = Number.NEGATIVE_INFINITY;
  return async (bytes, of) => {
    // The page draws each word, and needs its own share of the machine for that.
    if (performance.now() - told > TELL_MS) {
      told = performance.now();
      say({ type: 'progress', id, happenings: bytes, of });
    }
    await breathe();
    return newest.get(topic) === id;
  };
}

async function answerRecording(request: RecordingRequest): Promise<void> {
  const { readRunRecording } = await import('./recording.ts');
  const found = await readRunRecording(request.file, progressOf(request));
  if (found === undefined) return say({ type: 'superseded', id: request.id });
  const { trace, ...recording } = found;
  recorded = trace;
  say({ type: 'done', id: request.id, recording: { ...recording, events: trace.length } });
}

async function answerImport(request: ImportRequest): Promise<void> {
  const { id, files, byHand } = request;
  const began = performance.now();
  const answer = await readImport(files, byHand, progressOf(request));
  if (answer === undefined) return say({ type: 'superseded', id });
  say({ type: 'done', id, imported: { ...answer, workMs: performance.now() - began } }, [
    ...buffersOf(answer.trace),
    ...buffersOfIndex(answer.index),
    ...buffersOfStates(answer.states),
  ]);
}

/** All that is asked about other orderings; its code comes when somebody asks. */
async function answerOrderings(request: OrderingsRequest): Promise<void> {
  const { id, topic } = request;
  const { answer } = await import('./orderings.ts');
  const desk: Desk = {
    programOf,
    say,
    async turn() {
      await breathe();
      return newest.get(topic) === id ? 'go' : newest.get(topic) === CANCELLED ? 'stop' : 'drop';
    },
  };
  await answer(request, desk);
}

/** What the browser says of a file that it cannot read names neither the file nor the reason. */
function wordsOf(error: unknown, request: Request): string {
  const unreadable = error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError');
  if (!unreadable || (request.type !== 'import' && request.type !== 'recording'))
    return error instanceof Error ? error.message : String(error);
  const files = request.type === 'import' ? request.files : [request.file];
  const names = files.map((file) => file.name).join(', ');
  return `${names} could not be read to the end: it was changed, moved or removed meanwhile, or it is a folder. Open the files again (of a folder, the files in it).`;
}

self.onmessage = async (event: MessageEvent<Request>) => {
  const request = event.data;
  if (request.type === 'cancel') {
    newest.set(request.topic, CANCELLED);
    return;
  }
  if (request.type === 'crash') {
    setTimeout(() => {
      throw new Error('crashed on request');
    });
    return;
  }
  newest.set(request.topic, request.id);
  try {
    if (request.type === 'run') await answerRun(request);
    else if (request.type === 'slots') await answerSlots(request);
    else if (request.type === 'import') await answerImport(request);
    else if (request.type === 'recording') await answerRecording(request);
    else await answerOrderings(request);
  } catch (error) {
    say({ type: 'failed', id: request.id, message: wordsOf(error, request) });
  }
};

say({ type: 'ready' });
