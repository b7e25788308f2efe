import { expect, it } from 'vitest';

import { inOrder } from './in-order';

it('puts what was done where it belongs, behind what was done at the same time', () => {
  const at = (text: string) => text.length;
  expect(inOrder([], 'aa', at)).toEqual(['aa']);
  expect(inOrder(['b', 'bb', 'bbb'], 'aa', at)).toEqual(['b', 'bb', 'aa', 'bbb']);
  expect(inOrder(['bbb'], 'a', at)).toEqual(['a', 'bbb']);
});
