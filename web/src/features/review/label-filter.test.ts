import { expect, it } from 'vitest';

import { matching } from './label-filter';

const titles: Record<string, string> = { star: 'étoile', heart: 'cœur', half: 'demi-lune', line: 'ligne' };
const found = (text: string) => matching(Object.keys(titles), text, (tag) => titles[tag] ?? tag);

it('keeps all where nothing is sought', () => {
  expect(found('')).toEqual(['star', 'heart', 'half', 'line']);
  expect(found('  ')).toEqual(['star', 'heart', 'half', 'line']);
});

it('finds by title and by name, whatever the case and the accents', () => {
  expect(found('ETO')).toEqual(['star']);
  expect(found('star')).toEqual(['star']);
  expect([found('coeur'), found('cœ')]).toEqual([['heart'], ['heart']]);
  expect(found('Étoile ')).toEqual(['star']);
  expect(found('z')).toEqual([]);
});

it('puts what begins so first, also a word of several, and keeps the order else', () => {
  expect(found('l')).toEqual(['half', 'line', 'star']);
  expect(found('lune')).toEqual(['half']);
  expect(found('demi-l')).toEqual(['half']);
  expect(found('e')).toEqual(['star', 'heart', 'half', 'line']);
});
