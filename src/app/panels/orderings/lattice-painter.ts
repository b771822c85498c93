/** Paints a placed lattice on a canvas: what can still come as slices and bars, the present path bold, words where there is room. */
import { ENDS } from '../../../core/explore/decided-graph.ts';
import type { Placed, PlacedEdge, PlacedNode } from './lattice-layout.ts';
import { countWords, endingWords } from './lattice-words.ts';

const RADIUS = 6;
const BAR = { width: 46, height: 10 };
const FONT = '11px system-ui, sans-serif';

interface Colours {
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly accent: string;
  readonly ground: string;
  readonly band: string;
  /** By place in `ENDS`. */
  readonly ends: readonly string[];
}

export function paintLattice(canvas: HTMLCanvasElement, placed: Placed, chosen: number | undefined): void {
  const ratio = devicePixelRatio;
  canvas.width = placed.width * ratio;
  canvas.height = placed.height * ratio;
  canvas.style.width = `${placed.width}px`;
  canvas.style.height = `${placed.height}px`;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  const colours = coloursOf(canvas);
  pen.scale(ratio, ratio);
  paintColumns(pen, placed, colours);
  const bold = new Set(placed.path.slice(1).map((id, i) => `${placed.path[i]} ${id}`));
  const isBold = (edge: PlacedEdge) => bold.has(`${edge.from} ${edge.to}`);
  const isNear = (edge: PlacedEdge) => edge.from === chosen || edge.to === chosen;
  for (const edge of placed.edges) if (!isBold(edge) && !isNear(edge)) paintEdge(pen, placed, edge, 'thin', colours);
  for (const edge of placed.edges) if (!isBold(edge) && isNear(edge)) paintEdge(pen, placed, edge, 'near', colours);
  for (const edge of placed.edges) if (isBold(edge)) paintEdge(pen, placed, edge, 'path', colours);
  paintSteps(pen, placed, colours);
  for (const node of placed.nodes) paintNode(pen, placed, node, node.id === chosen, colours);
}

function coloursOf(canvas: HTMLCanvasElement): Colours {
  const style = getComputedStyle(canvas);
  const of = (name: string) => style.getPropertyValue(name).trim();
  const bad = of('--bad');
  const byEnd: { readonly [end in (typeof ENDS)[number]]: string } = {
    sound: of('--hue-region'),
    'fails-cleanly': of('--hue-ioctl'),
    'fails-badly': `color-mix(in srgb, ${bad} 55%, ${of('--surface')})`,
    'silent-corruption': bad,
    impossible: of('--line-strong'),
  };
  return {
    ink: of('--ink'),
    faint: of('--ink-2'),
    line: of('--line-strong'),
    accent: of('--accent'),
    ground: of('--surface'),
    band: of('--band'),
    ends: ENDS.map((end) => byEnd[end]),
  };
}

function paintColumns(pen: CanvasRenderingContext2D, placed: Placed, colours: Colours): void {
  const { depths } = placed;
  pen.font = FONT;
  pen.textAlign = 'left';
  for (let depth = 0; depth < depths; depth += 1) {
    const x = placed.gutter + depth * placed.column;
    pen.fillStyle = colours.faint;
    pen.fillText(depth === 0 ? 'begin' : depth === depths - 1 ? 'end' : `${depth} done`, x - RADIUS, 13);
    if (depth % 2 === 1) continue;
    pen.globalAlpha = 0.5;
    pen.fillStyle = colours.band;
    pen.fillRect(x - RADIUS - 6, 20, depth === depths - 1 ? placed.width - x : placed.column, placed.height - 20);
    pen.globalAlpha = 1;
  }
}

/** The names of the steps along the path, over it. */
function paintSteps(pen: CanvasRenderingContext2D, placed: Placed, colours: Colours): void {
  pen.font = FONT;
  for (const [i, id] of placed.path.entries()) {
    const [before, here] = [placed.byId.get(placed.path[i - 1] ?? -1), placed.byId.get(id)];
    const step = here?.way.at(-1)?.step;
    if (before === undefined || step === undefined) continue;
    halo(pen, fitted(pen, step, placed.column - 2 * RADIUS - 4), before.x + RADIUS + 4, before.y - 8, colours.ink, colours);
  }
}

function fitted(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > room) end -= 1;
  return `${text.slice(0, end)}…`;
}

type Stroke = 'thin' | 'near' | 'path';

/** As wide as many orderings go that way. */
function paintEdge(pen: CanvasRenderingContext2D, placed: Placed, edge: PlacedEdge, stroke: Stroke, colours: Colours): void {
  const [a, b] = [placed.byId.get(edge.from), placed.byId.get(edge.to)];
  if (a === undefined || b === undefined) return;
  const from = a.x + (a.single ? RADIUS : BAR.width - RADIUS);
  const bend = Math.max(10, Math.min(40, (b.x - from) / 2));
  pen.beginPath();
  pen.moveTo(from, a.y);
  pen.bezierCurveTo(from + bend, a.y, b.x - RADIUS - bend, b.y, b.x - RADIUS, b.y);
  const width = (edge.also === '' ? 0.6 : 2) + 7 * Math.sqrt(edge.through);
  pen.strokeStyle = stroke === 'path' ? colours.accent : stroke === 'near' ? colours.ink : colours.line;
  pen.globalAlpha = stroke === 'thin' ? 0.22 + 0.3 * Math.sqrt(edge.through) : 1;
  pen.lineWidth = stroke === 'path' ? 3.5 : stroke === 'near' ? Math.max(1.25, Math.min(width, 3)) : width;
  pen.stroke();
  pen.globalAlpha = 1;
}

function paintNode(pen: CanvasRenderingContext2D, placed: Placed, node: PlacedNode, chosen: boolean, colours: Colours): void {
  if (node.single) paintState(pen, placed, node, chosen, colours);
  else paintBar(pen, placed, node, chosen, colours);
}

/** A state: its slices are what can still come. */
function paintState(pen: CanvasRenderingContext2D, placed: Placed, node: PlacedNode, chosen: boolean, colours: Colours): void {
  const radius = Math.min(RADIUS, placed.row / 2 - 0.5);
  pen.fillStyle = colours.ground;
  circle(pen, node.x, node.y, radius + 2);
  pen.fill();
  let angle = -Math.PI / 2;
  for (const [end, share] of seen(node.ends)) {
    pen.fillStyle = colours.ends[end] ?? colours.line;
    pen.beginPath();
    pen.moveTo(node.x, node.y);
    pen.arc(node.x, node.y, radius, angle, angle + share * 2 * Math.PI);
    pen.fill();
    angle += share * 2 * Math.PI;
  }
  pen.strokeStyle = chosen ? colours.ink : node.onPath ? colours.accent : colours.line;
  pen.lineWidth = chosen ? 2.5 : node.onPath ? 2 : 1;
  if (node.hope === 'undecided') pen.setLineDash([2, 2]);
  circle(pen, node.x, node.y, radius + (node.onPath || chosen ? 2 : 0.5));
  pen.stroke();
  pen.setLineDash([]);
  if (node.onPath) {
    const words = node.changed.map((word) => word.replace(/^[^:]+: /, '')).join(', ');
    pen.font = FONT;
    halo(pen, fitted(pen, words, placed.column - 8), node.x - RADIUS, node.y + 20, colours.faint, colours);
  } else if (placed.row >= 13 || chosen) {
    pen.font = FONT;
    const words = node.way.at(-1)?.step ?? '';
    halo(
      pen,
      fitted(pen, words, placed.column - 2 * RADIUS - 10),
      node.x + RADIUS + 5,
      node.y + 4,
      chosen ? colours.ink : colours.faint,
      colours,
    );
  }
}

/** States that were merged, or an ending: a bar of what can still come, and how many they are. */
function paintBar(pen: CanvasRenderingContext2D, placed: Placed, node: PlacedNode, chosen: boolean, colours: Colours): void {
  const [left, top] = [node.x - RADIUS, node.y - BAR.height / 2];
  pen.fillStyle = colours.ground;
  pen.fillRect(left - 1, top - 1, BAR.width + 2, BAR.height + 2);
  let x = left;
  for (const [end, share] of seen(node.ends)) {
    pen.fillStyle = colours.ends[end] ?? colours.line;
    pen.fillRect(x, top, share * BAR.width, BAR.height);
    x += share * BAR.width;
  }
  pen.strokeStyle = chosen ? colours.ink : node.onPath ? colours.accent : colours.line;
  pen.lineWidth = chosen || node.onPath ? 2 : 1;
  pen.strokeRect(left - 0.5, top - 0.5, BAR.width + 1, BAR.height + 1);
  pen.font = node.ending === undefined ? FONT : `600 ${FONT}`;
  if (node.ending === undefined)
    halo(pen, fitted(pen, countWords(node), placed.column - 4), left, node.y + 18, chosen ? colours.ink : colours.faint, colours);
  else {
    halo(pen, endingWords(node.ending), left + BAR.width + 6, node.y + 4, colours.ink, colours);
    pen.font = FONT;
    halo(pen, countWords(node), left, node.y + 18, colours.faint, colours);
  }
}

/** Shares by place; one that occurs is seen, however small: a slice of a twentieth. */
function seen(ends: readonly number[]): readonly (readonly [end: number, share: number])[] {
  const there = ends.flatMap((share, end) => (share > 0 ? [[end, Math.max(0.05, share)] as const] : []));
  const sum = there.reduce((all, [, share]) => all + share, 0);
  return there.map(([end, share]) => [end, share / sum] as const);
}

/** Text that can be read over lines. */
function halo(pen: CanvasRenderingContext2D, text: string, x: number, y: number, ink: string, colours: Colours): void {
  if (text === '') return;
  pen.lineWidth = 3;
  pen.lineJoin = 'round';
  pen.strokeStyle = colours.ground;
  pen.strokeText(text, x, y);
  pen.fillStyle = ink;
  pen.fillText(text, x, y);
}

function circle(pen: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  pen.beginPath();
  pen.arc(x, y, Math.max(1, radius), 0, 2 * Math.PI);
}
