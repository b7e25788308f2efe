import { canvas_units, colours, type Stroke } from './sketch';

/** Draws one stroke from point `from` on; a stroke of one point is a dot. */
export function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, from = 0): void {
  const points = stroke.points.slice(Math.max(0, from - 1));
  const first = points[0];
  if (!first) return;
  context.strokeStyle = colours[stroke.colour];
  context.lineWidth = stroke.width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const point of points.length > 1 ? points.slice(1) : points) context.lineTo(point.x, point.y);
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
