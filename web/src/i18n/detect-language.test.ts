import { describe, expect, it } from 'vitest';

import { pickLanguage, regional } from './detect-language';
import { en } from './en';
import { fr } from './fr';

describe('languages', () => {
  it("follow the browser's order, by primary subtag", () => {
    expect(pickLanguage(['de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(pickLanguage(['EN-gb', 'fr'])).toBe('en');
    expect(pickLanguage(['de', 'frr'])).toBe('en');
    expect(pickLanguage([])).toBe('en');
  });

  it("keep the browser's region", () => {
    expect(regional('en', ['fr-CA', 'en-GB', 'en-US'])).toBe('en-GB');
    expect(regional('fr', ['fr-CA'])).toBe('fr-CA');
    expect(regional('fr', ['en-GB'])).toBe('fr');
  });

  it('have the three places by name, and every tag', () => {
    expect([fr.nav.draw, fr.nav.annotate, fr.nav.login]).toEqual(['Non authentifié', 'Authentifié', 'Login']);
    expect(Object.keys(fr.tags)).toEqual(Object.keys(en.tags));
  });
});
