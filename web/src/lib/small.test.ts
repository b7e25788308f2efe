import { describe, expect, it } from 'vitest';

import { en } from '../i18n/en';
import { fr } from '../i18n/fr';
import { pickLanguage } from '../i18n/pick';
import { shortcutsFor } from './keys';
import { problemOf } from './problem';
import { newUuid } from './uuid';

describe('languages', () => {
  it("follow the browser's order, by primary subtag", () => {
    expect(pickLanguage(['de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(pickLanguage(['EN-gb', 'fr'])).toBe('en');
    expect(pickLanguage(['de', 'frr'])).toBe('en');
    expect(pickLanguage([])).toBe('en');
  });

  it('have the three places by name, and every tag', () => {
    expect([fr.nav.draw, fr.nav.annotate, fr.nav.login]).toEqual(['Non authentifié', 'Authentifié', 'Login']);
    expect(Object.keys(fr.tags)).toEqual(Object.keys(en.tags));
  });
});

describe('shortcuts', () => {
  it('give each tag a key of its own, and never take U', () => {
    const tags = Object.keys(en.tags);
    const keys = shortcutsFor(tags);
    expect(new Set(keys.values())).toEqual(new Set(tags));
    expect(keys.has('u')).toBe(false);
    expect(keys.get('1')).toBe('circle');
    expect(keys.get('0')).toBe('star');
    expect(keys.get('h')).toBe('heart');
  });
});

describe('a problem', () => {
  it('is read from problem+json, and made up where there is none', () => {
    const response = new Response(null, { status: 503, headers: { 'Retry-After': '3' } });
    expect(problemOf({ type: '/problems/unavailable', detail: 'Full.' }, response)).toEqual({
      status: 503,
      kind: 'unavailable',
      detail: 'Full.',
      retryAfter: 3,
    });
    expect(problemOf('<html>', new Response(null, { status: 500 })).kind).toBe('');
  });
});

describe('a UUID', () => {
  it('is of version 4 and new each time', () => {
    expect(newUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newUuid()).not.toBe(newUuid());
  });
});
