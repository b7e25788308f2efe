import { expect, it } from 'vitest';

import { keyboard } from './keyboard.svelte';

it('says what stands on a key once it was told or typed', () => {
  expect(keyboard.printed('q')).toBe('Q');
  keyboard.learn('KeyQ', 'a');
  keyboard.learn('KeyE', 'Dead');
  keyboard.learn('KeyU', 'Г');
  keyboard.learn('Digit1', '&');
  expect(keyboard.printed('q')).toBe('A');
  expect(keyboard.printed('e')).toBe('E');
  expect(keyboard.printed('u')).toBe('Г');
  expect(keyboard.printed('1')).toBe('1');
});

it('learns from what is typed, not from commands', () => {
  const press = (key: string, ctrlKey = false) =>
    ({ code: 'KeyZ', key, ctrlKey, altKey: false, metaKey: false }) as KeyboardEvent;
  keyboard.hear(press('y', true));
  expect(keyboard.printed('z')).toBe('Z');
  keyboard.hear(press('Y'));
  expect(keyboard.printed('z')).toBe('Y');
});
