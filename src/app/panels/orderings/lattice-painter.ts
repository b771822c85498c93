/** Paints a placed lattice on a canvas: rings for shares, the present path bold, labels where there is room. */
import type { Placed, PlacedNode } from './lattice-layout.ts';

const RADIUS = 5.5;

export interface Look {
  readonly path: readonly number[];
  readonly chosen: number | undefined;
}

interface Colours {
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly good: string;
  readonly bad: string;
  readonly accent: string;
  readonly ground: string;
}

const SIGNS: { readonly [ending: string]: string } = {
  equivalent: '○',
  sound: '✓',
  'fails-cleanly': '»',
  'fails-badly': '»»',
  'silent-corruption': '✕',
  impossible: '–',
};

export function paintLattice(canvas: HTMLCanvasElement, placed: Placed, look: Look): void {
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
  const onPath = new Set(look.path);
  const bold = new Set(look.path.slice(1).map((id, i) => `${look.path[i]} ${id}`));
  for (const edge of placed.edges)
    if (!bold.has(`${edge.from} ${edge.to}`)) paintEdge(pen, placed, edge.from, edge.to, edge.also === '' ? 'thin' : 'thick', colours);
  for (const edge of placed.edges) {
    const near = edge.from === look.chosen || edge.to === look.chosen;
    if (bold.has(`${edge.from} ${edge.to}`)) paintEdge(pen, placed, edge.from, edge.to, 'path', colours);
    else if (near) paintEdge(pen, placed, edge.from, edge.to, 'near', colours);
  }
  paintSteps(pen, placed, look.path, colours);
  for (const node of placed.nodes) paintNode(pen, placed, node, onPath.has(node.id), node.id === look.chosen, colours);
}

/** The names of the steps along the path, over it. */
function paintSteps(pen: CanvasRenderingContext2D, placed: Placed, path: readonly number[], colours: Colours): void {
  pen.font = '11px system-ui, sans-serif';
  pen.fillStyle = colours.ink;
  for (const [i, id] of path.entries()) {
    const before = placed.byId.get(path[i - 1] ?? -1);
    const here = placed.byId.get(id);
    const edge = placed.edges.find((one) => one.from === before?.id && one.to === id);
    if (before === undefined || here === undefined || edge === undefined) continue;
    pen.fillText(fitted(pen, edge.step, here.x - before.x - 2 * RADIUS), before.x + RADIUS + 4, before.y - 7);
  }
}

function fitted(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > room) end -= 1;
  return `${text.slice(0, end)}…`;
}

function coloursOf(canvas: HTMLCanvasElement): Colours {
  const style = getComputedStyle(canvas);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: of('--ink'),
    faint: of('--ink-3'),
    line: of('--line-strong'),
    good: of('--hue-region'),
    bad: of('--bad'),
    accent: of('--accent'),
    ground: of('--surface'),
  };
}

function paintColumns(pen: CanvasRenderingContext2D, placed: Placed, colours: Colours): void {
  const xs = [...new Set(placed.nodes.map((node) => node.x))];
  pen.font = '11px system-ui, sans-serif';
  pen.fillStyle = colours.faint;
  xs.forEach((x, i) => {
    pen.fillText(i === 0 ? 'begin' : i === xs.length - 1 ? 'end' : `${i} done`, x - RADIUS, 12);
  });
}

type Stroke = 'thin' | 'thick' | 'near' | 'path';

function paintEdge(pen: CanvasRenderingContext2D, placed: Placed, from: number, to: number, stroke: Stroke, colours: Colours): void {
  const [a, b] = [placed.byId.get(from), placed.byId.get(to)];
  if (a === undefined || b === undefined) return;
  const bend = Math.min(40, (b.x - a.x) / 2);
  pen.beginPath();
  pen.moveTo(a.x, a.y);
  pen.bezierCurveTo(a.x + bend, a.y, b.x - bend, b.y, b.x, b.y);
  pen.strokeStyle = stroke === 'path' ? colours.accent : stroke === 'near' ? colours.ink : colours.line;
  pen.globalAlpha = stroke === 'thin' ? 0.55 : 1;
  pen.lineWidth = stroke === 'path' ? 3.5 : stroke === 'thick' ? 3 : stroke === 'near' ? 1.5 : 0.75;
  pen.stroke();
  pen.globalAlpha = 1;
}

function paintNode(
  pen: CanvasRenderingContext2D,
  placed: Placed,
  node: PlacedNode,
  onPath: boolean,
  chosen: boolean,
  colours: Colours,
): void {
  const radius = Math.min(RADIUS, placed.row / 2 - 0.5);
  pen.fillStyle = colours.ground;
  circle(pen, node.x, node.y, radius + 1);
  pen.fill();
  pen.lineWidth = radius > 4 ? 2.5 : 2;
  if (node.safe === undefined) {
    pen.setLineDash([2, 2]);
    pen.strokeStyle = colours.faint;
    circle(pen, node.x, node.y, radius - 1);
    pen.stroke();
    pen.setLineDash([]);
  } else {
    pen.strokeStyle = colours.bad;
    circle(pen, node.x, node.y, radius - 1);
    pen.globalAlpha = node.safe >= 1 ? 0 : 0.75;
    pen.stroke();
    pen.globalAlpha = 1;
    // The safe share, clockwise from the top, inside the ring as a filled slice: read by area, not by hue alone.
    if (node.safe > 0) {
      pen.fillStyle = colours.good;
      pen.beginPath();
      pen.moveTo(node.x, node.y);
      pen.arc(node.x, node.y, radius, -Math.PI / 2, -Math.PI / 2 + Math.max(0.3, node.safe * 2 * Math.PI));
      pen.fill();
    }
  }
  if (chosen || onPath) {
    pen.strokeStyle = chosen ? colours.ink : colours.accent;
    pen.lineWidth = chosen ? 2.5 : 1.5;
    circle(pen, node.x, node.y, radius + 2);
    pen.stroke();
  }
  if (placed.row < 13 && !onPath && !chosen && node.ending === undefined) return;
  paintLabel(pen, placed, node, onPath, chosen, colours);
}

function paintLabel(
  pen: CanvasRenderingContext2D,
  placed: Placed,
  node: PlacedNode,
  onPath: boolean,
  chosen: boolean,
  colours: Colours,
): void {
  const strong = onPath || chosen;
  const text = node.ending === undefined ? node.changed.map((word) => word.replace(/^[^:]+: /, '')).join(', ') : endingWords(node.ending);
  if (text === '') return;
  pen.font = `${strong ? '600 ' : ''}11px system-ui, sans-serif`;
  const shown = fitted(pen, text, placed.column - 2 * RADIUS - 12);
  // Along the path the label hangs under the line.
  const y = onPath ? node.y + 17 : node.y + 4;
  const x = node.x + RADIUS + (onPath ? 0 : 5);
  pen.lineWidth = 3;
  pen.strokeStyle = colours.ground;
  pen.strokeText(shown, x, y);
  pen.fillStyle = strong ? colours.ink : colours.faint;
  pen.fillText(shown, x, y);
}

export function endingWords(ending: string): string {
  const words = ending.replace('-', ' ');
  return `${SIGNS[ending] ?? ''} ${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function circle(pen: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  pen.beginPath();
  pen.arc(x, y, Math.max(1, radius), 0, 2 * Math.PI);
}
