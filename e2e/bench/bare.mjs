/**
 * The floor to measure against: a canvas, typed arrays, events of one pixel merged, lane names, and in every box the words that the
 * product would write there. No picking, no ruler, no overview, no inspector. A file, a picture and the gestures are all there is.
 * @param {number} widthPx @param {number} rowPx of one lane
 */
export const barePage = (
  widthPx,
  rowPx,
) => `<!doctype html><title>bare</title><style>body{margin:0}canvas{display:block}</style><canvas></canvas><input type=file><script>
const canvas = document.querySelector('canvas');
const context = canvas.getContext('2d', { alpha: false });
const W = ${widthPx}, ROW = ${rowPx};
canvas.width = W; canvas.height = 12 * ROW;
let lanes = [], names = [], view = [0, 1], asked = false;
const widths = new Map();
document.querySelector('input').onchange = async (event) => {
  const text = await event.target.files[0].text();
  const { traceEvents } = JSON.parse(text);
  const rows = Array.from({ length: 12 }, () => []);
  const known = new Map();
  const ids = Array.from({ length: 12 }, () => []);
  let end = 0;
  for (const e of traceEvents) if (e.ph !== 'M') {
    rows[e.tid - 1].push(e.ts, e.dur ?? 0);
    let id = known.get(e.name);
    if (id === undefined) { id = names.push(e.name) - 1; known.set(e.name, id); }
    ids[e.tid - 1].push(id);
    end = Math.max(end, e.ts + (e.dur ?? 0));
  }
  lanes = rows.map((row, i) => ({ times: Float64Array.from(row), ids: Uint8Array.from(ids[i]) }));
  view = [0, end];
  draw();
  window.loaded = true;
};
function first(times, t) { let a = 0, b = times.length / 2; while (a < b) { const m = (a + b) >> 1; if (times[2 * m] + times[2 * m + 1] < t) a = m + 1; else b = m; } return a; }
function widthOf(name) { let w = widths.get(name); if (w === undefined) { w = context.measureText(name).width; widths.set(name, w); } return w; }
function word(name, x, room, y) {
  if (room < 18) return;
  const w = widthOf(name);
  const share = Math.floor((room / w) * name.length) - 2;
  if (w > room && share < 3) return;
  context.fillText(w <= room ? name : name.slice(0, share) + '…', x, y);
}
function draw() {
  context.fillStyle = '#fff'; context.fillRect(0, 0, W, 12 * ROW);
  context.font = '11px system-ui, sans-serif'; context.textBaseline = 'middle';
  const scale = W / (view[1] - view[0]);
  lanes.forEach(({ times, ids }, y) => {
    context.fillStyle = '#8a8f96';
    let from = -1, to = -1;
    const begin = first(times, view[0]);
    for (let i = begin; i < times.length / 2 && times[2 * i] <= view[1]; i += 1) {
      const x0 = Math.round((times[2 * i] - view[0]) * scale), x1 = Math.max(x0 + 1, Math.round((times[2 * i] + times[2 * i + 1] - view[0]) * scale) - 1);
      if (x0 > to) { if (to > from) context.fillRect(from, y * ROW + 3, to - from, ROW - 7); from = x0; }
      to = Math.max(to, x1);
    }
    if (to > from) context.fillRect(from, y * ROW + 3, to - from, ROW - 7);
    context.fillStyle = '#000';
    for (let i = begin; i < times.length / 2 && times[2 * i] <= view[1]; i += 1) {
      const width = times[2 * i + 1] * scale;
      if (width < 30) continue;
      const x = Math.max(0, (times[2 * i] - view[0]) * scale) + 4;
      word(names[ids[i]], Math.round(x), Math.min(W, (times[2 * i] + times[2 * i + 1] - view[0]) * scale) - x - 4, y * ROW + ROW / 2);
    }
    context.fillText('lane ' + y, 4, y * ROW + ROW / 2);
  });
}
function ask() { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; draw(); }); } }
addEventListener('wheel', (event) => {
  event.preventDefault();
  const span = view[1] - view[0];
  if (event.ctrlKey) { const anchor = view[0] + (event.clientX / W) * span; const f = 1.0016 ** event.deltaY; view = [anchor - (anchor - view[0]) * f, anchor + (view[1] - anchor) * f]; }
  else view = view.map((v) => v + (event.deltaY / W) * span);
  ask();
}, { passive: false });
</script>`;
