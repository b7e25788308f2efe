import { webcrypto } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Stroke } from './sketch';
import { drawingOf, settleAll, Wire } from '../../testing/wire';
import { Submission } from './submission.svelte';

vi.mock('./png', () => ({
  drawingAsPng: (strokes: readonly Stroke[]) => `picture of ${strokes.length}`,
}));

const path = '/api/v1/public/predictions';
const preview = `${path}:preview`;
const strokes = (n: number): Stroke[] =>
  Array.from({ length: n }, (_, x) => ({ points: [{ x, y: 2, t: 3 }], width: 4, colour: 'black' }));
const stored = (id: string) => ({ ...drawingOf(id), top: [] });
const busy = { type: '/problems/unavailable', title: 'Busy', status: 503, detail: 'Full.' };

describe('a submission', () => {
  let wire: Wire;
  let submission: Submission;

  beforeEach(() => {
    vi.stubGlobal('crypto', webcrypto);
    wire = new Wire();
    submission = new Submission();
    submission.changed(strokes(1));
  });
  afterEach(() => {
    submission.changed([]);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('shows its answer, and is handed in from the moment it is sent', async () => {
    const sending = submission.send(strokes(1));
    expect([submission.busy, submission.handedIn]).toEqual([true, true]);
    expect(await submission.send(strokes(1))).toBeNull();
    const request = await wire.next('POST', path);
    expect(request.body).toEqual({ image: 'picture of 1', strokes: [[[0], [2], [3]]], source: 'page' });
    request.answer(201, stored('a'));
    expect(await sending).toMatchObject({ ok: true, current: true, data: { id: 'a' } });
    expect(submission.result?.id).toBe('a');
    expect([submission.busy, submission.handedIn]).toEqual([false, true]);
  });

  it('leaves what is drawn meanwhile alone, stored or refused', async () => {
    const first = submission.send(strokes(1));
    const request = await wire.next('POST', path);
    submission.changed(strokes(2));
    expect([submission.busy, submission.handedIn]).toEqual([false, false]);
    const second = submission.send(strokes(2));
    const other = await wire.next('POST', path);
    expect(other.headers.get('Idempotency-Key')).not.toBe(request.headers.get('Idempotency-Key'));
    request.answer(201, stored('a'));
    expect(await first).toMatchObject({ ok: true, current: false, data: { id: 'a' } });
    expect([submission.result, submission.busy]).toEqual([null, true]);
    other.answer(422, { ...busy, status: 422 });
    expect(await second).toMatchObject({ ok: false, current: true, problem: { status: 422 } });
    expect(submission.problem?.status).toBe(422);
    expect(submission.handedIn).toBe(false);
  });

  it('refused after another was begun says nothing of that one', async () => {
    const first = submission.send(strokes(1));
    const request = await wire.next('POST', path);
    submission.changed(strokes(2));
    request.answer(422, { ...busy, status: 422 });
    expect(await first).toMatchObject({ ok: false, current: false });
    expect(submission.problem).toBeNull();
  });

  it('that waits for its next try is given up as the drawing goes on', async () => {
    const sending = submission.send(strokes(1));
    (await wire.next('POST', path)).answer(503, busy);
    await vi.waitFor(() => expect(submission.waiting).toBe(1));
    expect(submission.handedIn).toBe(false);
    submission.changed(strokes(2));
    expect(await sending).toBeNull();
    expect([submission.waiting, submission.busy, submission.problem]).toEqual([0, false, null]);
    await settleAll();
    expect(wire.count(`POST ${path}`)).toBe(1);
  });

  it('begun before another goes on trying, and shows none of it', async () => {
    const first = submission.send(strokes(1));
    const request = await wire.next('POST', path);
    submission.changed(strokes(2));
    request.lose();
    await settleAll();
    expect([submission.waiting, submission.obstacle]).toEqual([0, null]);
    await vi.waitFor(() => expect(wire.count(`POST ${path}`)).toBe(2), { timeout: 9000 });
    const again = await wire.next('POST', path);
    expect(again.headers.get('Idempotency-Key')).toBe(request.headers.get('Idempotency-Key'));
    again.answer(201, stored('a'));
    expect(await first).toMatchObject({ ok: true, current: false });
    expect(submission.result).toBeNull();
  }, 10_000);

  it('uses the key of an earlier page until the drawing changes', async () => {
    const restored = new Submission('kept');
    void restored.send(strokes(1));
    expect((await wire.next('POST', path)).headers.get('Idempotency-Key')).toBe('kept');
    restored.changed(strokes(2));
    void restored.send(strokes(2));
    expect((await wire.next('POST', path)).headers.get('Idempotency-Key')).not.toBe('kept');
  });

  it('guesses once the pen rests, and forgets the guess of a drawing that is gone', async () => {
    submission.changed(strokes(2));
    submission.changed(strokes(3));
    const request = await wire.next('POST', preview);
    expect(request.body).toEqual({ image: 'picture of 3' });
    expect(wire.count(`POST ${preview}`)).toBe(1);
    submission.changed([]);
    request.answer(200, { tag: 'star', confidence: 0.9, top: [] });
    await settleAll();
    expect(submission.guess).toBeNull();
  });

  const withdrawal = { token: 'secret', until: '2026-11-26T12:00:00Z' };
  async function storedAs(id: string): Promise<void> {
    const sending = submission.send(strokes(1));
    (await wire.next('POST', path)).answer(201, { ...stored(id), withdrawal });
    await sending;
  }

  it('is taken back with its token, and can then be sent again as another', async () => {
    await storedAs('a');
    const { key } = submission;
    const taking = submission.takeBack();
    const asked = await wire.next('DELETE', '/api/v1/public/drawings/a');
    expect(asked.headers.get('Withdrawal-Token')).toBe('secret');
    expect(await submission.takeBack()).toBeNull();
    asked.answer(204);
    expect(await taking).toBeNull();
    expect([submission.result, submission.handedIn]).toEqual([null, false]);
    void submission.send(strokes(1));
    expect((await wire.next('POST', path)).headers.get('Idempotency-Key')).not.toBe(key);
    expect(wire.count('DELETE /api/v1/public/drawings/a')).toBe(1);
  });

  it('stays where taking it back fails, and leaves another drawing alone where it was late', async () => {
    await storedAs('a');
    const failing = submission.takeBack();
    (await wire.next('DELETE', '/api/v1/public/drawings/a')).answer(403, { type: '/problems/forbidden' });
    expect((await failing)?.status).toBe(403);
    expect(submission.result?.id).toBe('a');
    const late = submission.takeBack();
    const asked = await wire.next('DELETE', '/api/v1/public/drawings/a');
    submission.changed(strokes(2));
    const next = submission.send(strokes(2));
    (await wire.next('POST', path)).answer(201, { ...stored('b'), withdrawal });
    await next;
    asked.answer(204);
    expect(await late).toBeNull();
    expect(submission.result?.id).toBe('b');
  });

  it('is no longer shown as stored where somebody else deleted it first', async () => {
    await storedAs('a');
    const taking = submission.takeBack();
    (await wire.next('DELETE', '/api/v1/public/drawings/a')).answer(404, { type: '/problems/not-found' });
    expect((await taking)?.status).toBe(404);
    expect([submission.result, submission.handedIn]).toEqual([null, false]);
  });

  it('passes a suggestion on, and forgets it with the drawing', async () => {
    await storedAs('a');
    const suggesting = submission.suggest('star');
    const asked = await wire.next('POST', '/api/v1/public/drawings/a:suggest');
    expect([asked.body, asked.headers.get('Withdrawal-Token')]).toEqual([{ tag: 'star' }, 'secret']);
    asked.answer(204);
    expect(await suggesting).toBeNull();
    expect(submission.suggested).toBe('star');
    submission.changed(strokes(2));
    expect(submission.suggested).toBe('');
  });
});
