import { beforeEach, expect, it } from 'vitest';

import { Selection } from './selection.svelte';

const order = ['a', 'b', 'c', 'd', 'e'];
let selection: Selection;
const picked = () => order.filter((id) => selection.has(id)).join('');
beforeEach(() => (selection = new Selection()));

it('picks one after another, and gives one up again', () => {
  selection.set('b', true, false, order);
  selection.set('d', true, false, order);
  expect([picked(), selection.size]).toEqual(['bd', 2]);
  selection.set('b', false, false, order);
  expect(picked()).toBe('d');
});

it('picks a range, forwards and backwards, and gives a range up', () => {
  selection.set('b', true, false, order);
  selection.set('d', true, true, order);
  expect(picked()).toBe('bcd');
  selection.set('a', true, true, order);
  expect(picked()).toBe('abcd');
  selection.set('c', false, true, order);
  expect(picked()).toBe('d');
});

it('picks one where the range has no beginning, or it is not in the list any more', () => {
  selection.set('c', true, true, order);
  expect(picked()).toBe('c');
  selection.set('e', true, true, ['d', 'e']);
  expect(picked()).toBe('ce');
});

it('picks all that is shown, and nothing', () => {
  selection.all(order);
  expect(picked()).toBe('abcde');
  selection.clear();
  selection.set('d', true, true, order);
  expect(picked()).toBe('d');
});
