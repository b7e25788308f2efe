import { webcrypto } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { en } from '../../i18n/en';
import { drawingOf, settleAll, Wire } from '../../testing/wire';
import { notices } from '../../ui/notices.svelte';
import { pack, readDraft } from './draft';
import { Sheet } from './sheet.svelte';
import { blank, max_points, type Stroke } from './sketch';

vi.mock('./png', () => ({
  drawingAsPng: (strokes: readonly Stroke[]) => `picture of ${strokes.length}`,
}));

const path = '/api/v1/public/predictions';
const { draw: words } = en;
const stroke = (x: number): Stroke => ({ points: [{ x, y: 2, t: 3 }], width: 4, colour: 'black' });
const stored = { ...drawingOf('a'), top: [] };
const said = () => notices.toasts.at(-1);

describe('the sheet', () => {
  let wire: Wire, sheet: Sheet, kept: Map<string, string>;
  /** Under way: lift() ends it. */
  let drawing: Stroke | null;

  beforeEach(() => {
    vi.stubGlobal('crypto', webcrypto);
    kept = new Map();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    });
    wire = new Wire();
    notices.clear();
    drawing = null;
    sheet = sheetAnew();
  });
  afterEach(() => {
    sheet.submission.changed([]);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function sheetAnew(): Sheet {
    const made: Sheet = new Sheet(() => {
      const last = drawing;
      drawing = null;
      if (last) made.add(last, made.submission.handedIn);
    });
    return made;
  }

  /** Where its strokes begin. */
  const strokes = (of = sheet) => of.sketch.strokes.map(({ points }) => points[0]?.x);

  it('takes back and brings back, the stroke under way too, and what was cleared', () => {
    notices.spoken = '';
    sheet.undo();
    sheet.redo();
    expect([sheet.hasInk, notices.spoken]).toEqual([false, '']);
    sheet.add(stroke(1), false);
    drawing = stroke(2);
    sheet.undo();
    expect([strokes(), notices.spoken]).toEqual([[1], words.undone]);
    sheet.redo();
    expect(strokes()).toEqual([1, 2]);
    drawing = stroke(3);
    sheet.clear(words.cleared);
    expect([strokes(), sheet.hasInk, notices.spoken]).toEqual([[], false, words.cleared]);
    sheet.undo();
    expect(strokes()).toEqual([1, 2, 3]);
  });

  it('is found again by a reload, with the key under which it was sent', async () => {
    sheet.add(stroke(1), false);
    const sending = sheet.send();
    const { headers } = await wire.next('POST', path);
    const again = sheetAnew();
    expect([strokes(again), again.submission.key]).toEqual([[1], headers.get('Idempotency-Key')]);
    again.submission.changed([]);
    sheet.submission.cancel();
    void sending;
  });

  it('is kept once the person pauses', () => {
    vi.useFakeTimers();
    sheet.add(stroke(1), false);
    expect(kept.size).toBe(0);
    vi.advanceTimersByTime(200);
    sheet.add(stroke(2), false);
    vi.advanceTimersByTime(200);
    expect(kept.size).toBe(0);
    vi.advanceTimersByTime(100);
    expect(readDraft().sketch.strokes.length).toBe(2);
  });

  it('asks for a guess of what it found again', async () => {
    kept.set('croquis.draft', pack({ sketch: { ...blank, strokes: [stroke(1), stroke(2)] }, key: 'k' }));
    sheet = sheetAnew();
    expect(sheet.submission.key).toBe('k');
    expect((await wire.next('POST', `${path}:preview`)).body).toEqual({ image: 'picture of 2' });
  });

  it('is done with once it is stored: the next stroke is the first of another drawing', async () => {
    sheet.add(stroke(1), false);
    const sending = sheet.send();
    expect([kept.size, sheet.room]).toEqual([1, max_points]);
    (await wire.next('POST', path)).answer(201, stored);
    expect(await sending).toMatchObject({ ok: true, current: true, data: { id: 'a' } });
    expect([kept.size, strokes(), said()]).toEqual([0, [1], undefined]);
    sheet.add(stroke(2), true);
    expect([strokes(), sheet.submission.result, sheet.room]).toEqual([[2], null, max_points - 1]);
    sheet.undo();
    sheet.undo();
    expect(strokes()).toEqual([1]);
  });

  it('sends the stroke under way too, and nothing where nothing was drawn', async () => {
    expect(await sheet.send()).toBeNull();
    expect([said()?.text, wire.log]).toEqual([words.empty, []]);
    drawing = stroke(1);
    void sheet.send();
    expect((await wire.next('POST', path)).body).toMatchObject({ image: 'picture of 1' });
  });

  it('tells of an earlier drawing what became of it, and brings back one that was not stored', async () => {
    sheet.add(stroke(1), false);
    const first = sheet.send();
    sheet.add(stroke(2), true);
    (await wire.next('POST', path)).answer(201, stored);
    expect(await first).toMatchObject({ ok: true, current: false });
    expect([said()?.text, strokes()]).toEqual([words.earlier('circle'), [2]]);
    const second = sheet.send();
    sheet.add(stroke(3), true);
    (await wire.next('POST', path)).answer(400, { title: 'No', status: 400 });
    expect(await second).toMatchObject({ ok: false, current: false });
    expect(said()?.action?.label).toBe(words.bringBack);
    drawing = stroke(4);
    said()?.action?.run();
    expect(strokes()).toEqual([2]);
    sheet.undo();
    sheet.undo();
    expect(strokes()).toEqual([3, 4]);
    await settleAll();
  });
});
