/** A stroke in Quick, Draw!'s form: [[x…], [y…]] or [[x…], [y…], [t…]], t in milliseconds. */
export type Stroke = number[][];

/** A drawing by hand that took longer is shown faster. */
const longest_ms = 8000;
/** Where no times are known: a pen's pace, in drawing units of a side of 256. */
const ms_per_unit = 2.5;
const pause_ms = 150;

export interface View {
  box: string;
  pen: number;
}

/** What an SVG shows: the drawing's box and the pen's width around it, as the server's own has it. */
export function viewOf(strokes: Stroke[]): View {
  const xs = strokes.flatMap(([x]) => x ?? []);
  const ys = strokes.flatMap(([, y]) => y ?? []);
  const low = (values: number[]) => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
  const high = (values: number[]) => values.reduce((a, b) => Math.max(a, b), values[0] ?? 0);
  const [left, top] = [low(xs), low(ys)];
  const [width, height] = [high(xs) - left, high(ys) - top];
  const pen = (Math.max(width, height, 1) * 4) / 236;
  return { box: `${left - pen} ${top - pen} ${width + 2 * pen} ${height + 2 * pen}`, pen };
}

/** A path of the first `count` points. One point is a dot. */
export function pathOf(stroke: Stroke, count = Infinity): string {
  const [x = [], y = []] = stroke;
  const points = Math.min(count, x.length, y.length);
  if (points === 0) return '';
  let path = `M${x[0]} ${y[0]}`;
  if (points === 1) path += 'h0';
  for (let i = 1; i < points; ++i) path += `L${x[i]} ${y[i]}`;
  return path;
}

/** When each point of each stroke is drawn, in milliseconds from the start of a replay. */
export function timesOf(strokes: Stroke[]): number[][] {
  const known = strokes.every(([x = [], , t = []]) => t.length === x.length);
  const times = known ? recorded(strokes) : paced(strokes);
  const end = times.at(-1)?.at(-1) ?? 0;
  const scale = end > longest_ms ? longest_ms / end : 1;
  return times.map((stroke) => stroke.map((time) => time * scale));
}

/** Never backwards, whatever the clock of the one who drew did. */
function recorded(strokes: Stroke[]): number[][] {
  const start = strokes[0]?.[2]?.[0] ?? 0;
  let last = 0;
  return strokes.map(([, , t = []]) => t.map((time) => (last = Math.max(last, time - start))));
}

function paced(strokes: Stroke[]): number[][] {
  const { pen } = viewOf(strokes);
  const unit = (pen * 236) / 4 / 256;
  let now = 0;
  return strokes.map(([x = [], y = []], index) => {
    if (index > 0) now += pause_ms;
    let [lastX, lastY] = [x[0] ?? 0, y[0] ?? 0];
    return x.map((at, i) => {
      const down = y[i] ?? lastY;
      now += (Math.hypot(at - lastX, down - lastY) / unit) * ms_per_unit;
      [lastX, lastY] = [at, down];
      return now;
    });
  });
}

/** How many points of a stroke are there at a moment. */
export function pointsAt(times: number[], moment: number): number {
  const later = times.findIndex((time) => time > moment);
  return later < 0 ? times.length : later;
}
