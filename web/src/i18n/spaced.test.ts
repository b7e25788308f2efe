import { expect, it } from 'vitest';

import { fr } from './fr';
import { spaced, spacedText } from './spaced';

it('leaves no mark alone on a line', () => {
  expect(spacedText('Supprimer « rond » ? 5 % : oui')).toBe(
    'Supprimer\u0020«\u00a0rond\u00a0»\u00a0?\u00205\u00a0%\u00a0:\u0020oui',
  );
  const words = spaced({ a: 'Quoi ?', b: { c: (tag: string) => `« ${tag} »` } });
  expect([words.a, words.b.c('rond')]).toEqual(['Quoi\u00a0?', '«\u00a0rond\u00a0»']);
});

it('leaves the words of a dictionary as they are otherwise', () => {
  const all = spaced(fr);
  expect(Object.keys(all)).toEqual(Object.keys(fr));
  expect(all.annotate.acceptThese(3, '3').replaceAll('\u00a0', ' ')).toBe(fr.annotate.acceptThese(3, '3'));
});
