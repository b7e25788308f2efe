import { circle, corners, line } from './browser.mjs';

const turned = (n, radius, from = -Math.PI / 2) =>
  Array.from({ length: n + 1 }, (_, index) => {
    const angle = from + (index / n) * 2 * Math.PI;
    return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  });

const pentagram = [0, 2, 4, 1, 3, 0].map((index) => turned(5, 0.38)[index]);

const heart = Array.from({ length: 49 }, (_, index) => {
  const t = (index / 48) * 2 * Math.PI;
  const y = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
  return [0.5 + 0.022 * 16 * Math.sin(t) ** 3, 0.47 - 0.022 * y];
});

const wave = Array.from({ length: 60 }, (_, index) => [
  0.1 + (index / 59) * 0.8,
  0.5 + 0.1 * Math.sin((index / 59) * 5 * Math.PI),
]);

/** Shapes as lists of strokes, each a list of points in shares of the canvas. */
export const shapes = {
  circle: [circle()],
  ellipse: [circle().map(([x, y]) => [x, 0.5 + (y - 0.5) * 0.55])],
  square: [corners([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2])],
  rectangle: [corners([0.1, 0.3], [0.9, 0.3], [0.9, 0.7], [0.1, 0.7], [0.1, 0.3])],
  triangle: [corners([0.5, 0.15], [0.87, 0.8], [0.13, 0.8], [0.5, 0.15])],
  diamond: [corners([0.5, 0.1], [0.78, 0.5], [0.5, 0.9], [0.22, 0.5], [0.5, 0.1])],
  pentagon: [corners(...turned(5, 0.38))],
  hexagon: [corners(...turned(6, 0.38, 0))],
  octagon: [corners(...turned(8, 0.38, Math.PI / 8))],
  star: [corners(...pentagram)],
  heart: [heart],
  arrow: [line([0.12, 0.5], [0.86, 0.5]), corners([0.64, 0.3], [0.87, 0.5], [0.64, 0.7])],
  cross: [line([0.5, 0.15], [0.5, 0.85]), line([0.15, 0.5], [0.85, 0.5])],
  line: [line([0.12, 0.78], [0.88, 0.22])],
  zigzag: [corners([0.1, 0.7], [0.26, 0.3], [0.42, 0.7], [0.58, 0.3], [0.74, 0.7], [0.9, 0.3])],
  squiggle: [wave],
};

/** A diamond by its four equal sides, though it stands on one of them: something for people to decide. */
export const leaningDiamond = [corners([0.33, 0.24], [0.93, 0.24], [0.67, 0.76], [0.07, 0.76], [0.33, 0.24])];

/** The same drawn by a hand: every point a little off, by a random number that is the same each time. */
export function byHand(strokes, seed) {
  let state = seed * 7919 + 1;
  const random = () => ((state = (state * 48271) % 2147483647) / 2147483647) * 2 - 1;
  const [tilt, size] = [random() * 0.09, 0.93 + random() * 0.06];
  let [driftX, driftY] = [0, 0];
  return strokes.map((stroke) =>
    stroke.map(([x, y]) => {
      driftX = driftX * 0.85 + random() * 0.004;
      driftY = driftY * 0.85 + random() * 0.004;
      const [cx, cy] = [(x - 0.5) * size, (y - 0.5) * size];
      return [
        0.5 + cx * Math.cos(tilt) - cy * Math.sin(tilt) + driftX,
        0.5 + cx * Math.sin(tilt) + cy * Math.cos(tilt) + driftY,
      ];
    }),
  );
}
