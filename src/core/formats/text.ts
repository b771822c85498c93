/** The run for a terminal or a mail: verdict, findings, figures, then the events in the notation. */
import { printTrace } from '../trace/notation.ts';
import { printNanos } from '../trace/time.ts';
import type { Writer } from './format.ts';
import type { Recorded } from './recording/write.ts';

export const text: Writer = { id: 'text', title: 'Text', extension: 'txt', mediaType: 'text/plain', write: printRun };

export function printRun(run: Recorded): string {
  return `${[...headOf(run), '', ...printTrace(run.trace)].join('\n')}\n`;
}

/** What a reader wants to know first. */
export function headOf(run: Recorded): readonly string[] {
  const { audit, metrics, ordering, scenario } = run;
  const orders = Object.entries(ordering.lists).map(([list, ids]) => {
    const kept = ids.filter((id) => !ordering.skipped.includes(`${list}/${id}`));
    return `${list}: ${kept.join(', ')}`;
  });
  const price = `downtime ${printNanos(metrics.downtimeNanos)}, ${metrics.bytesSent} bytes, ${metrics.pagesSent} pages, ${metrics.rounds} rounds`;
  return [
    ...(scenario === null ? [] : [`${scenario.id}: ${scenario.title}`]),
    ...orders,
    ...(audit === null ? [] : [`${audit.class} (reported: ${audit.reported}): ${audit.sentence}`]),
    ...(audit?.findings ?? []).map((finding) => `  ${finding.kind} (by ${finding.by}): ${finding.sentence}`),
    ...(run.rules ?? []).filter((rule) => rule.outcome === 'broken').map((rule) => `  rule ${rule.rule} broken: ${rule.sentence ?? ''}`),
    ...(audit === null ? [] : [price]),
  ];
}
