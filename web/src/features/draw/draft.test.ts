import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { keepDraft, pack, readDraft, unpack } from './draft';
import { add, blank, max_strokes, undo, type Stroke } from './sketch';

const stroke = (x: number): Stroke => ({
  points: [
    { x, y: 2.3, t: 0 },
    { x: 512, y: 0, t: 12 },
  ],
  width: 10,
  colour: 'blue',
});
const sketch = undo(add(add(blank, stroke(1)), stroke(2)));

describe('a draft as text', () => {
  it('is the strokes and the key', () => {
    const draft = unpack(pack({ sketch, key: 'k' }));
    expect(draft?.key).toBe('k');
    expect(draft?.sketch.undone).toEqual([]);
    expect(draft?.sketch.strokes).toEqual([stroke(1)]);
  });

  const packed = (change: object) => {
    const whole = JSON.parse(pack({ sketch, key: '' }));
    return JSON.stringify({ ...whole, strokes: [{ ...whole.strokes[0], ...change }] });
  };

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['no strokes', '{"key":""}'],
    ['no key', '{"strokes":[]}'],
    ['a colour that is none', packed({ colour: 'toString' })],
    ['a width that is none', packed({ width: '10' })],
    ['lists of different lengths', packed({ x: [1] })],
    ['a stroke without points', packed({ x: [], y: [], t: [] })],
    ['a point outside', packed({ x: [513, 1] })],
    ['a point that is none', packed({ y: [null, 1] })],
    ['a stroke that is none', '{"key":"","strokes":[null]}'],
  ])('is not taken where it is %s', (_, text) => expect(unpack(text)).toBeNull());

  it('is not taken where it has more strokes than a drawing may have', () => {
    const many = (n: number) => ({
      sketch: { ...blank, strokes: Array<Stroke>(n).fill(stroke(1)) },
      key: '',
    });
    expect(unpack(pack(many(max_strokes)))?.sketch.strokes).toHaveLength(max_strokes);
    expect(unpack(pack(many(max_strokes + 1)))).toBeNull();
  });
});

describe('a draft that is kept', () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => {
        if (value.length > 1000) throw new DOMException('full', 'QuotaExceededError');
        kept.set(name, value);
      },
      removeItem: (name: string) => kept.delete(name),
    });
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('is read again, and forgotten once it is empty', () => {
    keepDraft({ sketch, key: 'k' });
    expect(readDraft().sketch.strokes).toHaveLength(1);
    keepDraft({ sketch: blank, key: 'k' });
    expect(kept.size).toBe(0);
    expect(readDraft()).toEqual({ sketch: blank, key: '' });
  });

  it('leaves no older one where it is too large for the browser', () => {
    keepDraft({ sketch, key: '' });
    keepDraft({ sketch: { ...blank, strokes: Array<Stroke>(50).fill(stroke(1)) }, key: '' });
    expect(readDraft().sketch).toEqual(blank);
  });

  it('is none where the browser refuses its storage', () => {
    vi.stubGlobal('sessionStorage', undefined);
    keepDraft({ sketch, key: '' });
    expect(readDraft().sketch).toEqual(blank);
  });
});
