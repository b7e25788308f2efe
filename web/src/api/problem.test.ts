import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { en } from '../i18n/en';
import { fr } from '../i18n/fr';
import { explain, mayRetry, noAnswer, problemOf } from './problem';

describe('a problem', () => {
  it('has a text in both languages for each code of the API’s document', () => {
    const document = readFileSync('../src/api/openapi/common.yaml', 'utf8');
    const [, list = ''] = /^ {8}code:\n(?: {10}.*\n)*? {10}enum:\n((?: {12}- .*\n)+)/m.exec(document) ?? [];
    const codes = [...list.matchAll(/- (.*)/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(20);
    for (const { problem } of [en, fr]) expect(Object.keys(problem.codes)).toEqual(codes);
  });

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

  it('may be tried again where it passes, not where it is a refusal', () => {
    const passing = [0, 401, 408, 429, 500, 502, 503, 504].filter((status) =>
      mayRetry({ ...noAnswer, status }),
    );
    expect(passing).toHaveLength(8);
    expect([400, 403, 404, 409, 413, 422].some((status) => mayRetry({ ...noAnswer, status }))).toBe(false);
    expect(mayRetry({ ...noAnswer, status: 409, code: 'job_under_way' })).toBe(true);
    expect(mayRetry({ ...noAnswer, status: 409, code: 'upload_gone' })).toBe(false);
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
    const gone = { ...noAnswer, status: 409, code: 'upload_gone', detail: 'X.' };
    expect(explain(gone, fr)).toBe(fr.problem.codes.upload_gone);
    expect(explain(gone, en)).toBe(en.problem.codes.upload_gone);
    expect(explain({ ...gone, code: 'something_new' }, fr)).toBe('Le serveur a refusé : X.');
    expect(explain({ ...gone, code: 'toString' }, en)).toBe('X.');
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
