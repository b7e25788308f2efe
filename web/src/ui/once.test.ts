import { expect, test, vi } from 'vitest';

import { once } from './once';

test('a double click acts once, and a press of a key on the button acts', () => {
  const act = vi.fn();
  const press = once(act);
  for (const detail of [0, 1, 2]) press({ detail } as MouseEvent);
  expect(act).toHaveBeenCalledTimes(2);
});
