import { canvas_units, colours, type Stroke } from './sketch';

/** Draws one stroke from point `from` on; points that all lie in one place are a disc as wide as the pen. */
export function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, from = 0): void {
  const points = stroke.points.slice(Math.max(0, from - 1));
  const first = points[0];
  if (!first) return;
  context.beginPath();
  // A line of no length has no caps, so that it would leave nothing.
  if (points.every(({ x, y }) => x === first.x && y === first.y)) {
    context.fillStyle = colours[stroke.colour];
    context.arc(first.x, first.y, stroke.width / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.strokeStyle = colours[stroke.colour];
  context.lineWidth = stroke.width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.moveTo(first.x, first.y);
  for (const point of points.slice(1)) context.lineTo(point.x, point.y);
  context.stroke();
}

/** Draws all on white, over the whole of a square canvas of `side` pixels. */
export function drawAll(context: CanvasRenderingContext2D, strokes: readonly Stroke[], side: number): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, side, side);
  context.setTransform(side / canvas_units, 0, 0, side / canvas_units, 0, 0);
  for (const stroke of strokes) drawStroke(context, stroke);
}
