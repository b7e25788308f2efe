import { describe, expect, it, test } from 'vitest';

import type { Intent } from '../../ui/keys';
import { actOf, meansShown, repeats, type Act } from './acts';

type Meant = Intent extends infer Each ? (Each extends Intent ? Omit<Each, 'repeat'> : never) : never;

const keys = new Map([
  ['1', 'circle'],
  ['h', 'heart'],
]);
const act = (meant: Meant, place: Partial<Parameters<typeof actOf>[1]> = {}) =>
  actOf({ ...meant, repeat: false } as Intent, { keys, oneByOne: true, onButton: false, ...place });

describe('a key', () => {
  it.each<[string, Meant, Act | null]>([
    ['Escape', { kind: 'leave' }, 'leave'],
    ['an arrow to the left', { kind: 'step', x: -1, y: 0 }, 'back'],
    ['an arrow to the right', { kind: 'step', x: 1, y: 0 }, 'on'],
    ['an arrow down', { kind: 'step', x: 0, y: 1 }, null],
    ['Enter', { kind: 'confirm' }, 'accept'],
    ['the space bar', { kind: 'press' }, 'skip'],
    ['Ctrl+Z', { kind: 'undo' }, 'undo'],
    ['Ctrl+Y', { kind: 'redo' }, null],
    ['U', { kind: 'sign', sign: 'u' }, 'undo'],
    ['F', { kind: 'sign', sign: 'f' }, 'flag'],
    ["a label's", { kind: 'sign', sign: '1' }, { set: 'circle' }],
    ["a letter that is no label's", { kind: 'sign', sign: 'x' }, null],
  ])('%s', (_, meant, expected) => expect(act(meant)).toEqual(expected));

  it('is left to the button that has the focus, where it presses', () => {
    const onButton = true;
    expect([act({ kind: 'confirm' }, { onButton }), act({ kind: 'press' }, { onButton })]).toEqual([
      null,
      null,
    ]);
    expect(act({ kind: 'sign', sign: 'h' }, { onButton })).toEqual({ set: 'heart' });
  });

  it('skips where drawings are decided one after another alone', () =>
    expect(act({ kind: 'press' }, { oneByOne: false })).toBeNull());

  it('is rather a label than the flag', () =>
    expect(act({ kind: 'sign', sign: 'f' }, { keys: new Map([['f', 'fish']]) })).toEqual({ set: 'fish' }));
});

const all: Act[] = ['leave', 'back', 'on', 'accept', 'skip', 'undo', 'flag', { set: 'star' }];

test('a held key steps on, and writes once', () => expect(all.filter(repeats)).toEqual(['back', 'on']));

test('what is written of the drawing shown is not what takes back', () =>
  expect(all.filter(meansShown)).toEqual(['accept', 'skip', 'flag', { set: 'star' }]));
