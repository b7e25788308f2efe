import { expect, test } from 'vitest';

import { qrPath, quiet_zone } from './qr';

test('draws a code with its quiet zone', () => {
  const { side, path } = qrPath('https://croquis.example.org/p/birds');
  const squares = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  // Version 3 has 29 modules, and the corner of a finder is dark (ISO/IEC 18004, 6.3.3).
  expect((side - 2 * quiet_zone - 17) % 4).toBe(0);
  expect(squares).toContainEqual([quiet_zone, quiet_zone]);
  expect(squares.every(([x, y]) => Math.min(x, y) >= quiet_zone && Math.max(x, y) < side - quiet_zone)).toBe(
    true,
  );
});
