import { afterEach, describe, expect, it, vi } from 'vitest';

import { en } from '../i18n/en';
import { fr } from '../i18n/fr';
import { i18n } from '../i18n/i18n.svelte';
import { lateWords } from '../i18n/late.svelte';
import { listed } from '../testing/listed';
import { explain, explainAtField, mayRetry, noAnswer, problemOf, readProblem } from './problem';

afterEach(() => {
  lateWords.all = null;
  i18n.choose('en');
});

const names = (text: string) => new Set([...text.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name));

describe('a problem', () => {
  it('has a text in both languages for each code of the API’s document', () => {
    const [codes, refusals] = [listed('ProblemCode'), listed('RefusalCode')];
    expect(codes.length).toBeGreaterThan(20);
    expect(refusals.length).toBeGreaterThan(30);
    for (const { problem } of [en, fr]) {
      expect(Object.keys(problem.codes)).toEqual(codes);
      expect(Object.keys(problem.refusals)).toEqual(refusals);
    }
    for (const [code, text] of Object.entries(fr.problem.refusals))
      expect(names(text), code).toEqual(names(en.problem.refusals[code as keyof typeof en.problem.refusals]));
    expect(Object.keys(fr.problem.fields)).toEqual(Object.keys(en.problem.fields));
  });

  it('is read from problem+json, and made up where there is none', () => {
    const response = new Response(null, { status: 503, headers: { 'Retry-After': '3' } });
    expect(problemOf({ type: '/problems/unavailable', detail: 'Full.' }, response)).toEqual({
      status: 503,
      kind: 'unavailable',
      detail: 'Full.',
      code: '',
      parameters: {},
      field: '',
      retryAfter: 3,
    });
    const odd = problemOf({ parameters: { maximum: '9', minimum: 1 } }, response);
    expect(odd.parameters).toEqual({ maximum: '9' });
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

  it('of a field names it and says what would be taken, in numbers as the language writes them', () => {
    const long = {
      ...noAnswer,
      status: 422,
      detail: 'Guidelines have at most 32768 bytes.',
      code: 'too_long',
      field: 'guidelines',
      parameters: { maximum: '32768' },
    };
    expect(explain(long, en)).toBe(
      'Guidelines: This may have at most 32,768 bytes (a letter with an accent is two).',
    );
    i18n.choose('fr');
    const told = explain(long, fr).replaceAll(/\s/g, ' ');
    expect(told).toBe('Consignes : il faut au plus 32 768 octets (une lettre accentuée en prend deux).');
    expect(explainAtField(long, fr)).toMatch(/^Il faut au plus 32/);
  });

  it('of a field inside another one names that, and of an unknown one its own name', () => {
    const missing = { ...noAnswer, status: 422, code: 'missing', field: 'titles/fr' };
    expect(explain(missing, en)).toBe('Title: This is missing.');
    expect(explain({ ...missing, field: 'toString' }, en)).toBe('toString: This is missing.');
    expect(explain({ ...missing, field: '' }, en)).toBe('This is missing.');
    expect(explain({ ...missing, field: '' }, fr)).toBe('C’est obligatoire.');
  });

  it('of a choice names what may be chosen as the page does, and words of programs as they are', () => {
    const wrong = (field: string, allowed: string) =>
      explain({ ...noAnswer, status: 422, code: 'not_one_of', field, parameters: { allowed } }, en);
    expect(wrong('role', 'annotator, admin')).toBe('Role: This must be “Annotator” or “Administrator”.');
    expect(wrong('promote', 'never, if_better')).toBe('promote: This must be never or if_better.');
    expect(wrong('format', 'csv, ndjson')).toContain(`“${en.data.formats.csv}”`);
    expect(wrong('format', 'csv, datumaro, cvat')).toContain(`“${en.data.importFormats.csv}”`);
    expect(wrong('order', 'newest_first, by_shoe_size')).toContain('“Newest first” or by_shoe_size');
    i18n.choose('fr');
    const told = explain(
      {
        ...noAnswer,
        status: 422,
        code: 'not_one_of',
        field: 'who_draws',
        parameters: { allowed: 'everyone, link, users' },
      },
      fr,
    );
    expect(told.replaceAll(/\s/g, ' ')).toBe(
      'Qui peut dessiner : il faut « Tout le monde », « Ceux qui ont l’adresse » ou « Ceux qui sont connectés ».',
    );
  });

  it('of what was sent is told as it is of records', async () => {
    await lateWords.fetch();
    const small = {
      ...noAnswer,
      status: 422,
      code: 'picture_too_small',
      field: 'image',
      parameters: { width: '3', height: '4', least: '8' },
    };
    expect(explain(small, en)).toContain('3 x 4');
    i18n.choose('fr');
    expect(explain(small, fr)).not.toBe(explain({ ...small, code: '' }, fr));
    expect(explain({ ...small, code: 'younger', detail: 'X.' }, fr)).toBe('Le serveur a refusé : X.');
    expect(explain({ ...small, status: 413, code: 'body_too_large' }, fr)).toBe(
      fr.problem.refusals.body_too_large,
    );
  });

  it('waits for its words where nothing else tells it, and only there', async () => {
    i18n.choose('fr');
    const fetched = vi.spyOn(lateWords, 'fetch');
    const read = (status: number, code: string) =>
      readProblem({ detail: 'In English.', code }, new Response(null, { status }));
    for (const [status, code] of [
      [422, 'missing'],
      [409, 'slug_taken'],
      [401, 'sign_in_ended'],
      [404, 'no_drawing'],
      [503, 'server_full'],
      [422, ''],
    ] as const)
      await read(status, code);
    expect(fetched).not.toHaveBeenCalled();
    expect(explain(await read(422, 'picture_blank'), fr)).toMatch(/^L’image est vide/);
    expect(fetched).toHaveBeenCalledOnce();
    fetched.mockRestore();
  });

  it('is told by the status, or as the server says it, where its words do not come', async () => {
    const fetched = vi.spyOn(lateWords, 'fetch').mockResolvedValue();
    const body = { detail: 'The picture is empty.', code: 'picture_blank' };
    const told = await readProblem(body, new Response(null, { status: 422 }));
    expect(explain(told, fr)).toBe('Le serveur a refusé : The picture is empty.');
    expect(explain({ ...told, status: 404, code: 'no_drawing' }, fr)).toBe(fr.problem.notFound);
    fetched.mockRestore();
  });

  it('of the server is told by its code, and when to try again', async () => {
    await lateWords.fetch();
    i18n.choose('fr');
    const busy = { ...noAnswer, status: 503, retryAfter: 1 };
    expect(explain({ ...busy, code: 'too_many_exports' }, fr)).toBe(
      'Trop d’exports sont en cours. Réessayez dans 1 s.',
    );
    expect(explain({ ...busy, code: 'store_full' }, fr)).toMatch(/^Le disque .* de la place\.$/);
    expect(explain({ ...noAnswer, status: 404, code: 'no_drawing' }, fr)).toBe('Ce dessin n’existe plus.');
  });
});
