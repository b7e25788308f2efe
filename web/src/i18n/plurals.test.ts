import { expect, it } from 'vitest';

import { en } from './en';
import { fr } from './fr';

it('speaks of one as of one', () => {
  expect(fr.models.tooFewOf('rond', '1', '0', '1')).toBe('rond : 1 donné, 0 gardé pour juger, 1 appris');
  expect(fr.models.tooFewOf('rond', '3', '2', '1')).toBe('rond : 3 donnés, 2 gardés pour juger, 1 appris');
  for (const { models, clusters, quality } of [en, fr]) {
    const onMap = (n: string) => quality.mapOf(n, 'model');
    const one = [models.drawings, models.moreConfusions, clusters.more, quality.caughtMore, onMap];
    for (const said of one)
      expect(said('1')).not.toMatch(/drawings|dessins|ones|autres|confusions| are | sont /);
    for (const said of one) expect(said('21')).toMatch(/^21 /);
  }
});
