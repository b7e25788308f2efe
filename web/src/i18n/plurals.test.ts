import { expect, it } from 'vitest';

import { en } from './en';
import { fr } from './fr';
import { i18n } from './i18n.svelte';

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

it('says how many in the way of the language', () => {
  i18n.choose('fr');
  const { moderation, clusters } = i18n.t;
  expect(i18n.count(moderation.deleted, 1)).toBe('1 dessin supprimé');
  expect(i18n.count(moderation.deleted, 1157)).toBe('1\u202f157 dessins supprimés');
  expect(i18n.count(clusters.tagged, 1157, 'rond')).toBe('1\u202f157 dessins sont maintenant\u00a0: rond');
  i18n.choose('en');
  expect(i18n.count(i18n.t.moderation.deleted, 1157)).toBe('1,157 drawings deleted');
});
