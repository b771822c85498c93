/** What a twin takes that its log does not tell, and how it takes what the log does tell. */
import { thousands } from '../base/thousands.ts';
import type { Nanos } from '../trace/time.ts';
import type { Measured } from './measure.ts';
import { LABELS, spanOf } from './steps.ts';

export interface Assumed {
  readonly what: string;
  readonly value: string;
  readonly why: string;
}

/** Less than this is not worth a word. */
const LEAST_NAMED_NANOS = 1_000_000;

export function ms(nanos: Nanos): string {
  return `${(nanos / 1e6).toFixed(nanos < 1e7 ? 2 : 0)} ms`;
}

export function bytesEach(bytesPerSecond: number): string {
  return `${thousands(bytesPerSecond)} bytes/s`;
}

export class Assumptions {
  readonly list: Assumed[] = [];

  add(what: string, value: string, why: string): void {
    this.list.push({ what, value, why });
  }

  /** What was found; else the other value, which is listed. */
  take<Value>(found: Value | undefined, otherwise: Value, what: string, show: (value: Value) => string, why: string): Value {
    if (found !== undefined) return found;
    this.add(what, show(otherwise), why);
    return otherwise;
  }

  /** How the course of the migration was taken. `passes`: those before the stop, undefined where QEMU's test is to decide. */
  ofCourse(measured: Measured, passes: number | undefined): void {
    this.add('who dirties the pages', 'the vCPUs, one page after the other', 'a log counts pages, and names no writer');
    if (measured.rounds.length > 0)
      this.add(
        'how fast they do',
        'so that each pass finds what it sent in the log',
        'a page that is written twice counts once: the guest may write more than that',
      );
    if (passes === undefined)
      this.add('rounds', 'by QEMU’s convergence test', `the log has no switchover: it ${endOf(measured)}, and the twin goes on to the end`);
    else if (measured.rounds.length > 1)
      this.add(
        'rounds',
        String(passes),
        'as many sent pages in the log before its vCPUs stop: the twin switches over then, whatever its rates say',
      );
    if (measured.result !== 'completed' && passes !== undefined)
      this.add('the end', 'completed', `in the log it ${endOf(measured)}: the twin goes on to the end`);
    if (measured.packed < 1)
      this.add(
        'pages that are compressed',
        `counted as ${(measured.packed * 100).toFixed(0)} % of their number`,
        'the rounds sent so much less than the pages that they had to send',
      );
    if (measured.stood)
      this.add('the guest', 'runs until the stop', 'in the log somebody had stopped it before: nothing ran whose downtime could be told');
    if (!measured.timed) this.add('all times', 'from bytes and bandwidth', 'the lines of the log have none');
    this.#ofEnd(measured);
  }

  /** Steps whose time is the log's own. */
  #ofEnd(measured: Measured): void {
    for (const [step, what] of WORK) {
      const nanos = spanOf(measured, step) ?? 0;
      if (nanos >= LEAST_NAMED_NANOS) this.add(`time of “${LABELS[step]}”`, ms(nanos), what);
    }
    if (!measured.spans.some(({ step, nanos }) => step === 'copy-last' && nanos !== undefined))
      this.add('rate of the last pass', 'the bandwidth', 'no time tells it: QEMU lifts its limit for that pass, and it may be faster');
    else if (measured.postcopy && measured.spans.some(({ step }) => step === 'copy-last'))
      this.add(
        'rate after the switchover',
        'all that was left, in the time from then to the end',
        'pauses and recoveries are in that time; pages that the target asks for first come in the order of the others',
      );
  }
}

/** What happens in these steps is not emulated beyond what it takes: the time is measured, and goes with the step wherever it is moved. */
const WORK: readonly (readonly [step: keyof typeof LABELS, what: string])[] = [
  ['vm-stop', 'measured: the callbacks of the stop, and disks that are flushed, are in it'],
  ['device-stop', 'measured: from the first device’s new state on'],
  ['held', 'measured: whoever drives QEMU held it that long (pause-before-switchover)'],
  ['final-sync', 'measured, from the end of the stop to that of the last sync: disks are handed over in it, and the target is told'],
  ['copy-last', 'measured: the rate of the last pass is what it sent in this time'],
  ['save-device', 'measured: reading the device takes that long, not the wire'],
  ['save-others', 'measured: all sections that are neither RAM nor a VFIO device'],
];

function endOf({ result }: Measured): string {
  if (result === undefined) return 'has no end';
  return result === 'cancelled' ? 'was cancelled' : result;
}
