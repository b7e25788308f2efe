import { describe, expect, it } from 'vitest';

import { drawStroke } from './render';
import { colours, type Stroke } from './sketch';

/** What is asked of a canvas, in order. */
function recorder() {
  const asked: string[] = [];
  const note =
    (name: string) =>
    (...given: number[]) =>
      void asked.push([name, ...given.map((value) => Math.round(value * 100) / 100)].join(' '));
  const context = Object.fromEntries(
    ['beginPath', 'arc', 'fill', 'moveTo', 'lineTo', 'stroke'].map((name) => [name, note(name)]),
  ) as unknown as CanvasRenderingContext2D;
  return { asked, context };
}

const strokeOf = (...places: [number, number][]): Stroke => ({
  points: places.map(([x, y], t) => ({ x, y, t })),
  width: 10,
  colour: 'red',
});

const disc = ['beginPath', 'arc 3 4 5 0 6.28', 'fill'];

describe('a stroke', () => {
  it('of one point is a disc of its colour, as wide as the pen', () => {
    const { asked, context } = recorder();
    drawStroke(context, strokeOf([3, 4]));
    expect(asked).toEqual(disc);
    expect(context.fillStyle).toBe(colours.red);
  });

  it('that never left its place is a disc too', () => {
    const { asked, context } = recorder();
    drawStroke(context, strokeOf([3, 4], [3, 4], [3, 4]));
    expect(asked).toEqual(disc);
  });

  it('is a line through its points, and can be gone on with from one of them', () => {
    const { asked, context } = recorder();
    const stroke = strokeOf([1, 2], [3, 4], [5, 6]);
    drawStroke(context, stroke);
    expect(asked).toEqual(['beginPath', 'moveTo 1 2', 'lineTo 3 4', 'lineTo 5 6', 'stroke']);
    asked.length = 0;
    drawStroke(context, stroke, 2);
    expect(asked).toEqual(['beginPath', 'moveTo 3 4', 'lineTo 5 6', 'stroke']);
  });

  it('of no points is nothing', () => {
    const { asked, context } = recorder();
    drawStroke(context, strokeOf());
    expect(asked).toEqual([]);
  });
});
