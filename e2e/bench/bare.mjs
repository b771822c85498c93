/**
 * The floor to measure against: a canvas, typed arrays, events of one pixel merged, lane names, nothing else. No labels of
 * events, no picking, no inspector. It runs in the page; a file, a picture and the gestures are all there is.
 */
export const BARE_PAGE = `<!doctype html><title>bare</title><style>body{margin:0}canvas{display:block}</style><canvas></canvas><input type=file><script>
const canvas = document.querySelector('canvas');
const context = canvas.getContext('2d', { alpha: false });
const W = innerWidth, H = 12 * 24;
canvas.width = W; canvas.height = H;
let lanes = [], view = [0, 1], asked = false;
document.querySelector('input').onchange = async (event) => {
  const text = await event.target.files[0].text();
  const { traceEvents } = JSON.parse(text);
  const rows = Array.from({ length: 12 }, () => []);
  let end = 0;
  for (const e of traceEvents) if (e.ph !== 'M') { rows[e.tid - 1].push(e.ts, e.dur ?? 0); end = Math.max(end, e.ts + (e.dur ?? 0)); }
  lanes = rows.map((row) => Float64Array.from(row));
  view = [0, end];
  draw();
  window.loaded = true;
};
function first(lane, t) { let a = 0, b = lane.length / 2; while (a < b) { const m = (a + b) >> 1; if (lane[2 * m] + lane[2 * m + 1] < t) a = m + 1; else b = m; } return a; }
function draw() {
  context.fillStyle = '#fff'; context.fillRect(0, 0, W, H);
  const scale = W / (view[1] - view[0]);
  lanes.forEach((lane, y) => {
    context.fillStyle = '#1f4fd8';
    let from = -1, to = -1;
    for (let i = first(lane, view[0]); i < lane.length / 2 && lane[2 * i] <= view[1]; i += 1) {
      const x0 = Math.round((lane[2 * i] - view[0]) * scale), x1 = Math.max(x0 + 1, Math.round((lane[2 * i] + lane[2 * i + 1] - view[0]) * scale) - 1);
      if (x0 > to) { if (to > from) context.fillRect(from, y * 24 + 3, to - from, 18); from = x0; }
      to = Math.max(to, x1);
    }
    if (to > from) context.fillRect(from, y * 24 + 3, to - from, 18);
    context.fillStyle = '#000'; context.fillText('lane ' + y, 4, y * 24 + 14);
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
