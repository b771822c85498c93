/** What is said of an event in the picture, read from its arguments once: a picture asks for the same ones sixty times a second. */
import { labelOf } from '../../core/swimlane/labels.ts';
import type { EventSeq } from '../../core/trace/time.ts';
import { type EventArgs, kindAt, type Trace } from '../../core/trace/trace.ts';
import type { EventKind } from '../../core/trace/vocabulary.ts';

export interface Look {
  readonly kind: EventKind;
  readonly args: EventArgs;
  readonly label: string;
  readonly widthPx: number;
  /** The id of a step, where its label is too long. */
  readonly short: string;
  readonly shortPx: number;
  /** Its place among the steps of its list, from 1 on, for where not even the id fits; '' for what is no step. */
  readonly place: string;
  readonly placePx: number;
  readonly refused: boolean;
  /** A state in which nothing runs is drawn hollow. */
  readonly quiet: boolean;
}

/** Events that can be in view at once, several times over. */
const MOST_KEPT = 16_384;

export interface Looks {
  of(seq: EventSeq): Look;
  /** Events whose arguments were read so far, for the tests that count. */
  readonly read: number;
}

/** `widthOf` measures a label in the font of the picture. */
export function createLooks(trace: Trace, widthOf: (label: string) => number): Looks {
  const kept = new Map<EventSeq, Look>();
  const widths = new Map<string, number>();
  let places: ReadonlyMap<EventSeq, number> | undefined;
  let read = 0;
  const measured = (label: string): number => {
    let width = widths.get(label);
    if (width === undefined) {
      if (widths.size > MOST_KEPT) widths.clear();
      width = label === '' ? 0 : widthOf(label);
      widths.set(label, width);
    }
    return width;
  };
  return {
    of(seq) {
      const known = kept.get(seq);
      if (known !== undefined) return known;
      if (kept.size >= MOST_KEPT) kept.clear();
      read += 1;
      const kind = kindAt(trace, seq);
      const args = trace.args(seq);
      const label = labelOf(kind, args);
      const step = kind === 'step' ? (trace.steps[trace.step[seq] as number] ?? '') : '';
      const short = step.slice(step.lastIndexOf('/') + 1);
      if (kind === 'step') places ??= placesIn(trace);
      const place = kind === 'step' ? String(places?.get(seq) ?? '') : '';
      const look: Look = {
        kind,
        args,
        label,
        widthPx: measured(label),
        short,
        shortPx: measured(short),
        place,
        placePx: measured(place),
        refused: typeof args['errno'] === 'string',
        quiet: (kind === 'run-state' || kind === 'device-state') && !/^(running|pre_?copy)/i.test(String(args['state'] ?? '')),
      };
      kept.set(seq, look);
      return look;
    },
    get read() {
      return read;
    },
  };
}

/** By event: which step of its list it is, from 1 on. */
function placesIn(trace: Trace): ReadonlyMap<EventSeq, number> {
  const places = new Map<EventSeq, number>();
  const counts = new Map<string, number>();
  for (let seq = 0; seq < trace.length; seq += 1) {
    if (kindAt(trace, seq) !== 'step') continue;
    const list = (trace.steps[trace.step[seq] as number] ?? '').split('/')[0] ?? '';
    const place = (counts.get(list) ?? 0) + 1;
    counts.set(list, place);
    places.set(seq, place);
  }
  return places;
}
