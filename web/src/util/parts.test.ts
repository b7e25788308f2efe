import { expect, test, vi } from 'vitest';

import { load, type Surroundings } from './parts';

function page(more: Partial<Surroundings> = {}) {
  const kept = new Map<string, string>();
  return {
    reachable: () => Promise.resolve(true),
    reload: vi.fn<() => void>(),
    marks: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    },
    ...more,
  };
}

const missing = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
const there = () => Promise.resolve('part');

test('gives what is there', async () => {
  const around = page();
  expect(await load(there, around)).toEqual({ part: 'part' });
  expect(around.reload).not.toHaveBeenCalled();
});

test('begins anew once where a part is gone, and then says so', async () => {
  const around = page();
  expect(await load(missing, around)).toBe('reloading');
  expect(await load(missing, around)).toBe('missing');
  expect(around.reload).toHaveBeenCalledTimes(1);
});

test('begins anew again after a later upgrade', async () => {
  const around = page();
  await load(missing, around);
  await load(there, around);
  expect(await load(missing, around)).toBe('reloading');
  expect(around.reload).toHaveBeenCalledTimes(2);
});

test('keeps the page where the server does not answer', async () => {
  const around = page({ reachable: () => Promise.resolve(false) });
  expect(await load(missing, around)).toBe('missing');
  expect(around.reload).not.toHaveBeenCalled();
});

test('does not begin anew for ever where a browser remembers nothing', async () => {
  const refuse = () => {
    throw new Error('refused');
  };
  const around = page({ marks: { getItem: refuse, setItem: refuse, removeItem: refuse } });
  expect(await load(missing, around)).toBe('missing');
  expect(await load(there, around)).toEqual({ part: 'part' });
  expect(around.reload).not.toHaveBeenCalled();
});
