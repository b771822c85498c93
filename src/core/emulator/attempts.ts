/** Second and later attempts: when their lists begin, where the scenario does not say. */
import type { Condition } from '../scenario/condition.ts';
import type { Scenario } from '../scenario/scenario.ts';

/**
 * `HOST.out.2` begins when `HOST.out` (or `source`) has ended, and the new process that it sends to, if there is one, is there
 * (QEMU is started with -incoming before anybody connects to it).
 */
export function laterAttempt(scenario: Scenario, id: string): Condition | undefined {
  const match = /^(.+)\.(out|in)\.(\d+)$/.exec(id);
  if (match === null) return undefined;
  const [, host, way, attempt] = match as unknown as [string, string, string, string];
  const before = Number(attempt) > 2 ? `${host}.${way}.${Number(attempt) - 1}` : `${host}.${way}`;
  const plain = way === 'out' ? 'source' : 'target';
  const list = [before, plain].find((name) => name in scenario.steps);
  if (list === undefined) return undefined;
  const ended: Condition = { status: 'ended', list };
  const readers = way === 'out' ? Object.keys(scenario.steps).filter((other) => isProcessFor(scenario, host, attempt, other)) : [];
  if (readers.length === 0) return ended;
  const begun = readers.map(
    (reader): Condition => ({
      any: [
        { status: 'active', list: reader },
        { status: 'ended', list: reader },
      ],
    }),
  );
  return { all: [ended, ...begun] };
}

/** Whether a list is a new process that begins by itself on a host to which a channel leads from this one, in the same attempt. */
function isProcessFor(scenario: Scenario, host: string, attempt: string, list: string): boolean {
  const spec = scenario.lists?.[list];
  if (!list.endsWith(`.in.${attempt}`) || spec?.fresh !== true || spec.startsWhen !== undefined) return false;
  const there = spec.host ?? list.split('.')[0];
  return scenario.channels.some((channel) => (channel.from ?? 'source') === host && (channel.to ?? 'target') === there);
}
