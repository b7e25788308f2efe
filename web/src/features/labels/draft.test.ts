import { expect, it } from 'vitest';

import { labelOf } from '../../testing/wire';
import { blankDraft, changeOf, draftOf, newLabel } from './draft';

const star = labelOf('star', {
  titles: { en: 'star', fr: 'étoile', de: 'Stern' },
  colour: '#2dbe88',
  key: '0',
});

it('sends what was written, trimmed, and nothing that was not', () => {
  const draft = { ...blankDraft(), name: ' moon ', key: 'm' };
  draft.titles.fr = ' lune ';
  expect(newLabel(draft)).toEqual({ name: 'moon', titles: { fr: 'lune' }, colour: '#808080', key: 'm' });
  expect(newLabel(blankDraft()).key).toBeNull();
});

it('changes only what was changed', () => {
  expect(changeOf(star, draftOf(star))).toEqual({});
  const draft = draftOf(star);
  draft.titles.en = '';
  draft.titles.fr = 'astre';
  draft.key = '';
  expect(changeOf(star, draft)).toEqual({ titles: { en: null, fr: 'astre' }, key: null });
  const shown = labelOf('star', { example: 'a', example_url: '/image/a' });
  expect(changeOf(shown, { ...draftOf(shown), example: 'b' })).toEqual({ example: 'b' });
  expect(changeOf(shown, { ...draftOf(shown), example: '' })).toEqual({ example: null });
  expect(changeOf(labelOf('moon'), { ...draftOf(labelOf('moon')), colour: '#000000' })).toEqual({
    colour: '#000000',
  });
});
