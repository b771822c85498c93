/** The timeline as a picture that stands alone: lanes mirrored about the stream, on the Steps axis, loss windows shaded. */
import { type Axis, makeAxis } from '../swimlane/axis.ts';
import { makeRows, type Row } from '../swimlane/rows.ts';
import { endOf, eventAt, type Trace } from '../trace/trace.ts';
import type { Writer } from './format.ts';
import type { Recorded } from './recording/write.ts';

const WIDTH_PX = 1200;
const GUTTER_PX = 150;
const HEAD_PX = 48;

export const svg: Writer = { id: 'svg', title: 'SVG picture', extension: 'svg', mediaType: 'image/svg+xml', write: draw };

function draw(run: Recorded): string {
  const { trace } = run;
  const axis = makeAxis(trace, 'steps');
  const { rows, heightPx } = makeRows(trace);
  const px = (u: number) => GUTTER_PX + (u / axis.length) * (WIDTH_PX - GUTTER_PX - 10);
  const rowOf = new Map(rows.map((row) => [row.lane, row] as const));
  const parts: string[] = [];
  for (const window of run.windows) {
    const [x, to] = [px(axis.at(window.fromNanos, 0)), px(axis.at(window.toNanos, trace.length - 1))];
    parts.push(
      `<rect x="${x.toFixed(1)}" y="${HEAD_PX}" width="${Math.max(1, to - x).toFixed(1)}" height="${heightPx}" fill="#c026d3" opacity="0.08"/>`,
    );
  }
  for (const row of rows) {
    const y = HEAD_PX + row.topPx;
    parts.push(`<text x="8" y="${y + row.heightPx / 2 + 4}">${escaped(row.host)} ${escaped(row.title)}</text>`);
    parts.push(`<line x1="${GUTTER_PX}" x2="${WIDTH_PX}" y1="${y + row.heightPx}" y2="${y + row.heightPx}" stroke="#8884"/>`);
  }
  for (let seq = 0; seq < trace.length; seq += 1) parts.push(mark(trace, seq, rowOf.get(trace.lane[seq] as number), axis, px));
  const title = `${run.scenario?.title ?? 'Timeline'} – ${run.audit?.sentence ?? ''}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH_PX} ${heightPx + HEAD_PX + 10}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="#fff"/><text x="8" y="24" font-size="14">${escaped(title.slice(0, 170))}</text>`,
    ...parts.filter((part) => part !== ''),
    '</svg>\n',
  ].join('\n');
}

function mark(trace: Trace, seq: number, row: Row | undefined, axis: Axis, px: (u: number) => number): string {
  if (row === undefined) return '';
  const event = eventAt(trace, seq);
  if (event.kind === 'write' && event.args['probe'] === true) return '';
  const y = HEAD_PX + row.topPx + 3;
  const height = row.heightPx - 6;
  const x = px(axis.at(event.atNanos, seq));
  const to = event.durationNanos === undefined ? x + 2 : px(axis.at(endOf(trace, seq), seq));
  const { args } = event;
  const label = String(args['label'] ?? args['state'] ?? args['name'] ?? args['what'] ?? event.kind);
  const shown = to - x > label.length * 6 ? `<text x="${(x + 3).toFixed(1)}" y="${y + height / 2 + 4}">${escaped(label)}</text>` : '';
  const box = `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(1.5, to - x).toFixed(1)}" height="${height}" rx="2" fill="#3b82f6" opacity="0.35"><title>#${seq} ${escaped(label)}</title></rect>`;
  return box + shown;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
