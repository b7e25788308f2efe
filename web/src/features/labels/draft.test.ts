import { expect, it } from 'vitest';

import { labelOf } from '../../testing/wire';
import { blankDraft, changeOf, draftOf, newLabel, nextColour, palette } from './draft';

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

it('proposes a colour that the fewest labels have', () => {
  expect(nextColour([])).toBe(palette[0]);
  expect(nextColour([{ colour: palette[0].toUpperCase() }, { colour: null }])).toBe(palette[1]);
  const all = palette.map((colour) => ({ colour }));
  expect(nextColour(all)).toBe(palette[0]);
  expect(nextColour([...all, { colour: palette[0] }])).toBe(palette[1]);
});

it('proposes colours that stand out on light and on dark', () => {
  const light = (colour: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const share = parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const colour of palette) {
    expect((light('#f6f6f3') + 0.05) / (light(colour) + 0.05)).toBeGreaterThan(3);
    expect((light(colour) + 0.05) / (light('#1b1f29') + 0.05)).toBeGreaterThan(3);
  }
});
