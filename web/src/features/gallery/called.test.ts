import { expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { calledOf } from './called';

it('says what was answered, and what a person says', () => {
  expect(calledOf({ tag: 'star', tagged_by: null })).toBe(en.tags.star);
  expect(calledOf({ tag: 'unknown', tagged_by: null })).toBe(en.result.unknownTitle);
  expect(calledOf({ tag: 'unknown', tagged_by: 'ada' })).toBe(en.tags.unknown);
});
