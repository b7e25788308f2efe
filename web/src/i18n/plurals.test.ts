import { expect, it } from 'vitest';

import { en } from './en';
import { fr } from './fr';
import { i18n } from './i18n.svelte';

it('speaks of one as of one', () => {
  expect(fr.models.tooFewOf('rond', '1', '0', '1')).toBe('rond : 1 donné, 0 gardé pour juger, 1 appris');
  expect(fr.models.tooFewOf('rond', '3', '2', '1')).toBe('rond : 3 donnés, 2 gardés pour juger, 1 appris');
  for (const { models, clusters, duplicates, quality } of [en, fr]) {
    const onMap = (n: string) => quality.mapOf(n, 'model');
    const one = [
      models.drawings,
      models.moreConfusions,
      clusters.more,
      duplicates.more,
      quality.caughtMore,
      onMap,
    ];
    const several = /drawings|dessins|ones|autres|confusions| are | sont /;
    for (const said of one) expect(said('1')).not.toMatch(several);
    for (const said of one) expect(said('21')).toMatch(/^21 /);
    expect(duplicates.moreGroups('1')).not.toMatch(/groups|groupes/);
    expect(models.pairedFigures('2', '1', '3', '1')).not.toMatch(several);
    expect(quality.calibrationError('3 %', '2 %', '1')).not.toMatch(several);
  }
  expect(fr.recheck.done(0, '0')).toBe('0 réponse');
  expect(fr.clusters.tagged(0, '0', 'rond')).toBe('0 dessin est maintenant : rond');
  expect(fr.models.undecided('1', '0', '2', '1', 1)).toMatch(/trancherait /);
  expect(fr.duplicates.crossing('2', 2)).toMatch(/sont presque les mêmes/);
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
