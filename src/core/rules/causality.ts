/**
 * What came before what when the two are of different hosts. One clock tells (emulated runs). Between two clocks a message does:
 * what a host did before it sent, came before what the other did after it received; only where no message lies between are the
 * clocks asked, and they answer no closer than they were set.
 */
import type { Nanos } from '../trace/time.ts';
import type { Trace } from '../trace/trace.ts';
import { isBefore, type Moment } from './moment.ts';
import type { Side } from './side.ts';

export type Order = 'before' | 'after' | 'unknown';

export interface Causality {
  /** Whether A was over before B began, or B before A; `unknown` also where they overlap. */
  order(a: Moment, b: Moment): Order;
}

interface Message {
  readonly sent: Moment;
  readonly heard: Moment;
}

export function causalityOf(trace: Trace, source: Side | undefined, target: Side | undefined): Causality {
  const oneClock = trace.origin.kind === 'emulated';
  const messages = oneClock ? [] : messagesOf(source, target);
  const margin = oneClock ? 0 : marginOf(trace, [source?.host, target?.host]);
  return {
    order(a, b) {
      if (a.host === b.host || oneClock) return isBefore(a, b) ? 'before' : isBefore(b, a) ? 'after' : 'unknown';
      if (messages.some((one) => leads(one, a, b))) return 'before';
      if (messages.some((one) => leads(one, b, a))) return 'after';
      if (margin === undefined) return 'unknown';
      if (a.to + margin < b.from) return 'before';
      return b.to + margin < a.from ? 'after' : 'unknown';
    },
  };
}

function leads({ sent, heard }: Message, a: Moment, b: Moment): boolean {
  return (
    a.host === sent.host &&
    b.host === heard.host &&
    (a.seq === sent.seq || a.from <= sent.from) &&
    (b.seq === heard.seq || isBefore(heard, b))
  );
}

/** Sections sent once and taken once, and marks of one name. */
function messagesOf(source: Side | undefined, target: Side | undefined): readonly Message[] {
  if (source === undefined || target === undefined) return [];
  return [
    ...once(source.sections, target.sections, (one) => `${one.args['section']} ${one.args['sectionId']}`),
    ...once(source.marksSent, target.marksHeard, (one) => String(one.args['mark'])),
    ...once(target.marksSent, source.marksHeard, (one) => String(one.args['mark'])),
  ];
}

function once(sent: readonly Moment[], heard: readonly Moment[], keyOf: (moment: Moment) => string): readonly Message[] {
  const here = single(sent, keyOf);
  const there = single(heard, keyOf);
  return [...here].flatMap(([key, moment]) => {
    const other = there.get(key);
    return other === undefined ? [] : [{ sent: moment, heard: other }];
  });
}

/** Moments whose key no other has. */
function single(moments: readonly Moment[], keyOf: (moment: Moment) => string): ReadonlyMap<string, Moment> {
  const counts = new Map<string, number>();
  for (const moment of moments) counts.set(keyOf(moment), (counts.get(keyOf(moment)) ?? 0) + 1);
  return new Map(moments.filter((moment) => counts.get(keyOf(moment)) === 1).map((moment) => [keyOf(moment), moment]));
}

/** How far apart two clocks must show two events to tell their order; undefined where nothing bounds them. */
function marginOf(trace: Trace, hosts: readonly (string | undefined)[]): Nanos | undefined {
  const clocks = trace.clocks.filter((clock) => hosts.includes(clock.host));
  const open = clocks.reduce((sum, clock) => sum + clock.plusMinusNanos, 0);
  return clocks.length < 2 || open > 0 ? open : undefined;
}
