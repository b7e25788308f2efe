import { expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { i18n } from '../../i18n/i18n.svelte';
import { calledOf, listedAs } from './called';

it('says what was answered, and what a person says', () => {
  expect(calledOf({ tag: 'star', tagged_by: null })).toBe(en.tags.star);
  expect(calledOf({ tag: 'unknown', tagged_by: null })).toBe(en.result.unknownTitle);
  expect(calledOf({ tag: 'unknown', tagged_by: 'ada' })).toBe(en.tags.unknown);
});

it('calls the drawings of a tag in a list as its cards do, or as the project does', () => {
  expect([listedAs('star'), listedAs('unknown')]).toEqual([en.tags.star, en.result.unknownTitle]);
  i18n.learn([{ tag: 'unknown', titles: { en: 'something else', fr: 'autre chose' } }]);
  expect(listedAs('unknown')).toBe('something else');
  i18n.learn([{ tag: 'unknown', titles: { 'fr-CA': 'autre chose' } }]);
  expect(listedAs('unknown')).toBe(en.result.unknownTitle);
  i18n.choose('fr');
  expect(listedAs('unknown')).toBe('autre chose');
  i18n.choose('en');
});
