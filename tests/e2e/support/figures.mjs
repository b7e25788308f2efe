// Drawings of five things that the shipped model has no label for, each by a hand that is a little different each time.
import { greyPng } from './png.mjs';

const side = 96;

/** A random number of -1…1, the same each time for one seed. */
function randomOf(seed) {
  let state = (seed * 7919 + 17) % 2147483647;
  return () => ((state = (state * 48271) % 2147483647) / 2147483647) * 2 - 1;
}

const line = ([x0, y0], [x1, y1], points = 90) =>
  Array.from({ length: points + 1 }, (_, i) => [x0 + ((x1 - x0) * i) / points, y0 + ((y1 - y0) * i) / points]);

const ring = (x, y, rx, ry, points = 300) =>
  Array.from({ length: points }, (_, i) => {
    const angle = (i / points) * 2 * Math.PI;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });

const drawn = {
  spiral(random) {
    const turns = 5.5 + random();
    return Array.from({ length: 1000 }, (_, i) => {
      const angle = (i / 1000) * turns * Math.PI;
      return [48 + (4 + 0.034 * i) * Math.cos(angle), 48 + (4 + 0.034 * i) * Math.sin(angle)];
    });
  },
  comb(random) {
    const [teeth, length] = [6 + Math.round(random()), 40 + 6 * random()];
    const back = line([12, 26], [84, 26]);
    return [
      ...back,
      ...Array.from({ length: teeth }, (_, i) => line([14 + (68 * i) / (teeth - 1), 26], [14 + (68 * i) / (teeth - 1), 26 + length])).flat(),
    ];
  },
  glasses(random) {
    const radius = 15 + 2 * random();
    return [...ring(27, 48, radius, radius + 3), ...ring(69, 48, radius, radius + 3), ...line([27 + radius, 48], [69 - radius, 48], 30)];
  },
  ladder(random) {
    const rungs = 5 + Math.round(random());
    return [
      ...line([33, 10], [33, 86]),
      ...line([63, 10], [63, 86]),
      ...Array.from({ length: rungs }, (_, i) => line([33, 18 + (60 * i) / (rungs - 1)], [63, 18 + (60 * i) / (rungs - 1)], 40)).flat(),
    ];
  },
  fan(random) {
    const spokes = 7 + Math.round(random());
    return Array.from({ length: spokes }, (_, i) => {
      const angle = Math.PI * (1.1 + (0.8 * i) / (spokes - 1));
      return line([48, 80], [48 + 58 * Math.cos(angle), 80 + 58 * Math.sin(angle)]);
    }).flat();
  },
};

/** The names of what can be drawn. */
export const figures = Object.keys(drawn);

/** The `n`th drawing of a figure, as the bytes of a PNG: no two are alike. */
export function figurePng(figure, n) {
  const random = randomOf(n * figures.length + figures.indexOf(figure) + 1);
  const [tilt, width, height] = [random() * 0.16, 0.85 + random() * 0.13, 0.85 + random() * 0.13];
  const inked = new Set();
  for (const [x, y] of drawn[figure](random)) {
    const [cx, cy] = [(x - 48) * width, (y - 48) * height];
    const at = [48 + cx * Math.cos(tilt) - cy * Math.sin(tilt), 48 + cx * Math.sin(tilt) + cy * Math.cos(tilt)];
    for (let dy = -1; dy <= 1; ++dy)
      for (let dx = -1; dx <= 1; ++dx) inked.add(`${Math.round(at[0] + dx)} ${Math.round(at[1] + dy)}`);
  }
  return Buffer.from(greyPng(side, (x, y) => inked.has(`${x} ${y}`)), 'base64');
}
