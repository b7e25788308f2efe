import { webcrypto } from 'node:crypto';

import { beforeAll, describe, expect, it, vi } from 'vitest';

import { en } from '../i18n/en';
import { fr } from '../i18n/fr';
import { pickLanguage, regional } from '../i18n/pick';
import { explain, noAnswer, problemOf } from './problem';
import { newUuid } from './uuid';

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

describe('a problem', () => {
  it('is read from problem+json, and made up where there is none', () => {
    const response = new Response(null, { status: 503, headers: { 'Retry-After': '3' } });
    expect(problemOf({ type: '/problems/unavailable', detail: 'Full.' }, response)).toEqual({
      status: 503,
      kind: 'unavailable',
      detail: 'Full.',
      code: '',
      field: '',
      retryAfter: 3,
    });
    const named = problemOf({ detail: 'No.', field: 'image' }, new Response(null, { status: 422 }));
    expect(named.field).toBe('image');
    expect(problemOf('<html>', new Response(null, { status: 500 })).kind).toBe('');
  });

  it("is told in the person's language, with how long to wait where the server says so", () => {
    const busy = { ...noAnswer, status: 503 };
    expect(explain(busy, fr)).toBe(`${fr.problem.unavailable} ${fr.problem.later}`);
    expect(explain({ ...busy, retryAfter: 7 }, fr)).toBe(
      'Le serveur est occupé ou pas encore prêt. Réessayez dans 7 s.',
    );
    expect(explain({ ...busy, status: 429, retryAfter: 7 }, en)).toBe(
      'That was a little fast. Try again in 7 s.',
    );
    expect(explain({ ...noAnswer, status: 504 }, en)).toContain(en.problem.unreachable);
    expect(explain({ ...noAnswer, status: 422, detail: 'Nothing is drawn.' }, en)).toBe('Nothing is drawn.');
    expect(explain({ ...noAnswer, status: 422, detail: 'X.' }, fr)).toBe('Le serveur a refusé : X.');
    for (const [status, key] of [
      [401, 'unauthenticated'],
      [403, 'forbidden'],
      [404, 'notFound'],
      [413, 'tooLarge'],
      [418, 'unexpected'],
      [500, 'internal'],
    ] as const)
      expect(explain({ ...noAnswer, status }, fr)).toBe(fr.problem[key]);
  });
});

describe('a UUID', () => {
  // Node 18 has no global of that name; every browser has.
  beforeAll(() => void vi.stubGlobal('crypto', webcrypto));

  it('is of version 4 and new each time', () => {
    expect(newUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newUuid()).not.toBe(newUuid());
  });
});
