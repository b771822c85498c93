/** The events of a recording, one after the other, into a trace; each is checked, and told by its number where it does not fit. */
import * as v from 'valibot';
import type { Problem } from '../../scenario/problem.ts';
import { TraceBuilder } from '../../trace/builder.ts';
import type { Lane, Trace } from '../../trace/trace.ts';
import { EVENT_KINDS } from '../../trace/vocabulary.ts';
import { type RecordedEvent, recordedEventSchema } from './shape.ts';

/** Events that a recording may hold. */
export const MOST_EVENTS = 2_000_000;

const KINDS: ReadonlySet<string> = new Set(EVENT_KINDS);

export class EventReader {
  readonly builder = new TraceBuilder();
  #lanes: ReadonlyMap<string, number> | undefined;
  /** Events that came before the lanes. */
  #waiting: unknown[] = [];
  #length = 0;

  /** Events so far. */
  get length(): number {
    return this.#length;
  }

  get hasLanes(): boolean {
    return this.#lanes !== undefined;
  }

  setLanes(lanes: readonly Lane[]): Problem | undefined {
    this.#lanes = new Map(lanes.map((lane) => [lane.id, this.builder.lane(lane)]));
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    for (const one of waiting) {
      const problem = this.add(one);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  add(value: unknown): Problem | undefined {
    const index = this.#length;
    const path = `$.events[${index}]`;
    if (index >= MOST_EVENTS) return { path: '$.events', message: `more than ${MOST_EVENTS} events, the most that are read` };
    this.#length += 1;
    if (this.#lanes === undefined) {
      this.#waiting.push(value);
      return undefined;
    }
    if (!isPlain(value)) {
      const parsed = v.safeParse(recordedEventSchema, value, { abortEarly: true });
      if (!parsed.success) return problemOf(parsed.issues[0], path);
    }
    const event = value as RecordedEvent;
    const lane = this.#lanes.get(event.lane);
    if (event.seq !== index) return { path: `${path}.seq`, message: `expected ${index}, found ${event.seq}` };
    if (lane === undefined) return { path: `${path}.lane`, message: `no lane is called "${event.lane}"` };
    if (event.cause !== undefined && event.cause >= index)
      return { path: `${path}.cause`, message: `the cause ${event.cause} is not before the event` };
    this.builder.add({
      atNanos: event.atNanos,
      lane,
      kind: event.kind,
      args: event.args,
      ...(event.durationNanos === undefined ? {} : { durationNanos: event.durationNanos }),
      ...(event.step === undefined ? {} : { step: this.builder.step(event.step) }),
      ...(event.cause === undefined ? {} : { cause: event.cause }),
    });
    return undefined;
  }

  finish(...about: Parameters<TraceBuilder['finish']>): Trace {
    return this.builder.finish(...about);
  }
}

/** `$.events[3].kind` and what is wrong there. */
export function problemOf(issue: v.BaseIssue<unknown>, root: string): Problem {
  const path = (issue.path ?? []).reduce(
    (text, item) => text + (typeof item.key === 'number' ? `[${item.key}]` : `.${String(item.key)}`),
    root,
  );
  return { path, message: `expected ${issue.expected ?? issue.message}, found ${issue.received}` };
}

/** What nearly all events are, seen without the schema, which takes longer than all the rest; of others the schema says what is wrong. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, atNanos, durationNanos, lane, kind, step, cause, args, ...others } = value as { readonly [field: string]: unknown };
  for (const _ in others) return false;
  const isTime = (one: unknown) => Number.isSafeInteger(one) && (one as number) >= 0;
  if (!isTime(seq) || !isTime(atNanos) || typeof lane !== 'string' || typeof kind !== 'string' || !KINDS.has(kind)) return false;
  if ('durationNanos' in value && !isTime(durationNanos)) return false;
  if ('cause' in value && !isTime(cause)) return false;
  if ('step' in value && typeof step !== 'string') return false;
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return false;
  for (const name in args) {
    const one = (args as { readonly [name: string]: unknown })[name];
    if (name === '__proto__' || (typeof one === 'object' && one !== null)) return false;
  }
  return true;
}
