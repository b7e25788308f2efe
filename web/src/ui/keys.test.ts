import { describe, expect, it } from 'vitest';

import { flagKey, intentOf, shortcutsFor, stepOf } from './keys';

type Press = Parameters<typeof intentOf>[0];

const press = (key: string, code: string, more: Partial<Press> = {}): Press => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  ...more,
});
const sign = (...[key, code, more]: Parameters<typeof press>) => {
  const intent = intentOf(press(key, code, more));
  return intent?.kind === 'sign' ? intent.sign : null;
};
const command = (key: string, code: string, more: Partial<Press> = {}) =>
  intentOf(press(key, code, { ctrlKey: true, ...more }))?.kind ?? null;

describe('a digit', () => {
  it.each([
    ['US', '1', 'Digit1', '1'],
    ['AZERTY', '&', 'Digit1', '1'],
    ['AZERTY', 'é', 'Digit2', '2'],
    ['AZERTY', 'ç', 'Digit9', '9'],
    ['AZERTY', 'à', 'Digit0', '0'],
    ['Czech', 'š', 'Digit3', '3'],
    ['Persian', '۴', 'Digit4', '4'],
    ['BÉPO', '«', 'Digit2', '2'],
    ['the keypad', '5', 'Numpad5', '5'],
    ['a browser without codes', '6', '', '6'],
  ])('on %s: %s (%s)', (_, key, code, digit) => expect(sign(key, code)).toBe(digit));

  it('with Shift is what is typed', () => {
    expect(sign('1', 'Digit1', { shiftKey: true })).toBe('1'); // AZERTY
    expect(sign('!', 'Digit1', { shiftKey: true })).toBeNull(); // US
  });

  it('is none where the keypad moves', () => {
    expect(intentOf(press('ArrowLeft', 'Numpad4'))).toMatchObject({ kind: 'step', x: -1, y: 0 });
    expect(intentOf(press('End', 'Numpad1'))).toBeNull();
  });

  it('is none with Ctrl, Alt, Meta or AltGr', () => {
    for (const modifier of ['ctrlKey', 'altKey', 'metaKey'] as const)
      expect(intentOf(press('1', 'Digit1', { [modifier]: true }))).toBeNull();
    const altGraph = { getModifierState: (name: string) => name === 'AltGraph' };
    expect(intentOf(press('¹', 'Digit1', altGraph))).toBeNull();
  });
});

describe('a letter', () => {
  it.each([
    ['US', 'u', 'KeyU', 'u'],
    ['AZERTY', 'a', 'KeyQ', 'q'],
    ['QWERTZ', 'z', 'KeyY', 'y'],
    ['Dvorak', 'u', 'KeyF', 'f'],
    ['Dvorak', "'", 'KeyQ', 'q'],
    ['Caps Lock', 'H', 'KeyH', 'h'],
    ['Russian', 'г', 'KeyU', 'u'],
    ['Greek', 'θ', 'KeyU', 'u'],
    ['Hebrew', 'ו', 'KeyU', 'u'],
    ['an input method', 'Process', 'KeyU', 'u'],
    ['a browser without codes', 'a', '', 'a'],
  ])('counts by its place, on %s: %s (%s)', (_, key, code, letter) => expect(sign(key, code)).toBe(letter));

  it('is none where the US layout has punctuation', () => {
    expect(sign('ö', 'Semicolon')).toBeNull(); // QWERTZ
    expect(sign('m', 'Semicolon')).toBeNull(); // AZERTY
    expect(sign('ö', '')).toBeNull();
  });
});

describe('undo and redo', () => {
  it.each([
    ['US', 'z', 'KeyZ', 'undo'],
    ['QWERTZ', 'z', 'KeyY', 'undo'],
    ['AZERTY', 'z', 'KeyW', 'undo'],
    ['Dvorak', 'z', 'Slash', 'undo'],
    ['Russian', 'я', 'KeyZ', 'undo'],
    ['Bulgarian', 'ю', 'KeyZ', 'undo'],
    ['Hebrew', 'ז', 'KeyZ', 'undo'],
    ['US', 'y', 'KeyY', 'redo'],
    ['QWERTZ', 'y', 'KeyZ', 'redo'],
    ['Russian', 'н', 'KeyY', 'redo'],
    ['US', 'a', 'KeyA', null],
  ])('on %s: Ctrl+%s (%s)', (_, key, code, kind) => expect(command(key, code)).toBe(kind));

  it('take Shift and the Mac’s key as people know them', () => {
    expect(command('Z', 'KeyZ', { shiftKey: true })).toBe('redo');
    expect(command('Я', 'KeyZ', { shiftKey: true })).toBe('redo');
    expect(command('Z', 'KeyZ')).toBe('undo'); // Caps Lock
    expect(command('z', 'KeyZ', { ctrlKey: false, metaKey: true })).toBe('undo');
    expect(command('Y', 'KeyY', { shiftKey: true })).toBeNull();
    expect(command('z', 'KeyZ', { altKey: true })).toBeNull();
  });
});

describe('other keys', () => {
  it('are told by name, with whether they are held', () => {
    expect(intentOf(press('Enter', 'NumpadEnter'))).toEqual({ kind: 'confirm', repeat: false });
    expect(intentOf(press('Enter', 'Enter', { repeat: true }))).toEqual({ kind: 'confirm', repeat: true });
    expect(intentOf(press(' ', 'Space'))?.kind).toBe('press');
    expect(intentOf(press('Escape', 'Escape'))?.kind).toBe('leave');
    expect(intentOf(press('ArrowUp', 'ArrowUp', { shiftKey: true }))).toMatchObject({ x: 0, y: -1 });
    expect(intentOf(press('ArrowLeft', 'ArrowLeft', { altKey: true }))).toBeNull(); // the browser's Back
    expect(stepOf('ArrowLeft')).toEqual({ x: -1, y: 0 });
    expect(stepOf('Enter')).toBeNull();
    expect(intentOf(press('Tab', 'Tab'))).toBeNull();
    expect(intentOf(press('ArrowLeft', 'ArrowLeft', { ctrlKey: true }))).toBeNull();
  });

  it('belong to an input method while it composes', () => {
    expect(intentOf(press('Enter', 'Enter', { isComposing: true }))).toBeNull();
  });
});

describe('shortcuts', () => {
  it('give each tag a key of its own, and never take U', () => {
    const tags = ['circle', 'ellipse', 'square', 'rectangle', 'triangle', 'diamond', 'pentagon', 'hexagon'];
    const keys = shortcutsFor([...tags, 'octagon', 'star', 'heart', 'up', 'unknown']);
    expect([...keys.values()]).toEqual([...tags, 'octagon', 'star', 'heart', 'up', 'unknown']);
    expect(keys.has('u')).toBe(false);
    expect(keys.get('1')).toBe('circle');
    expect(keys.get('0')).toBe('star');
    expect(keys.get('h')).toBe('heart');
    expect(keys.get('p')).toBe('up');
    expect(keys.get('n')).toBe('unknown');
  });

  it("are the project's own where it names one, each once", () => {
    const own: Record<string, string> = { star: 'S', heart: 's', line: 'u', cross: '12', circle: '2' };
    const keys = shortcutsFor(
      ['circle', 'ellipse', 'star', 'heart', 'line', 'cross'],
      (tag) => own[tag] ?? null,
    );
    expect(keys.get('s')).toBe('star');
    expect(keys.get('2')).toBe('circle');
    expect(keys.get('4')).toBe('heart');
    expect(new Set(keys.values()).size).toBe(6);
    expect(keys.has('u')).toBe(false);
  });

  it('leave F to flags, unless a label has it of its own', () => {
    const tags = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'fff'];
    expect(shortcutsFor(tags).has(flagKey)).toBe(false);
    expect(shortcutsFor(tags, (tag) => (tag === 'fff' ? 'f' : null)).get(flagKey)).toBe('fff');
  });
});
