import { expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { labelSketches } from './label-sketches';

it('has a sketch of each shape that has a name, within its square', () => {
  expect([...labelSketches.keys(), 'unknown'].sort()).toEqual(Object.keys(en.tags).sort());
  for (const path of labelSketches.values()) expect(path).toMatch(/^M[\d.]+ [\d.]+[\d.\sa-zA-Z-]*$/);
  expect(labelSketches.get('constructor')).toBeUndefined();
});
