import { expect, it } from 'vitest';

import { inTurn } from './bounded';

it('does all of it, so much at a time', async () => {
  let [now, most] = [0, 0];
  const done: number[] = [];
  await inTurn([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    --now;
    done.push(item);
  });
  expect([most, [...done].sort()]).toEqual([2, [1, 2, 3, 4, 5]]);
  await inTurn([], 2, () => Promise.reject(new Error('nothing to do')));
});
