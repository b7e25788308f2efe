import { expect, it } from 'vitest';

import { en } from './en';
import { fr } from './fr';

it('what brings a drawing back is not called as what deletes it', () => {
  for (const { draw, result } of [en, fr]) expect(draw.bringBack).not.toBe(result.takeBack);
});
