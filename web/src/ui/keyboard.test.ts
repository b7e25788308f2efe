import { expect, it } from 'vitest';

import { Keyboard, keyboard } from './keyboard.svelte';

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

const printed = (board: Keyboard) => [...'aqwzmy'].map((sign) => board.printed(sign)).join('');

it('takes a French keyboard for granted where the browser does not tell and the person reads French', () => {
  expect(printed(new Keyboard({ languages: ['fr-FR', 'en'] }))).toBe('QAZW,Y');
  expect(printed(new Keyboard({ languages: ['fr'] }))).toBe('QAZW,Y');
  for (const language of ['en-GB', 'fr-CA', 'fr-CH'])
    expect(printed(new Keyboard({ languages: [language, 'fr-FR'] }))).toBe('AQWZMY');
  const told = { getLayoutMap: () => Promise.resolve([]) };
  expect(printed(new Keyboard({ languages: ['fr-FR'], keyboard: told }))).toBe('AQWZMY');
});

it('swaps what stands on two keys as one of them tells, until the other does', () => {
  const french = new Keyboard({ languages: ['en'] });
  french.learn('KeyQ', 'a');
  expect(printed(french)).toBe('QAWZMY');
  french.learn('KeyA', 'o');
  expect(printed(french)).toBe('OAWZMY');
  const american = new Keyboard({ languages: ['fr'] });
  american.learn('KeyQ', 'q');
  american.learn('KeyZ', 'z');
  expect(printed(american)).toBe('AQWZ,Y');
});
