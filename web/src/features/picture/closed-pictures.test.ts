import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { settleAll, Wire } from '../../testing/wire';
import { closedPicture } from './closed-pictures';

const path = '/api/v1/drawings/a/image';

let wire: Wire;
let revoked: string[];
beforeEach(() => {
  wire = new Wire();
  revoked = [];
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void revoked.push(url));
});
afterEach(() => vi.restoreAllMocks());

it('fetches a picture once for all places that show it, and lets it go with the last of them', async () => {
  const [one, other] = [closedPicture('a'), closedPicture('a')];
  (await wire.next('GET', path)).answer(200, 'bytes');
  const url = await one.url;
  expect([url?.startsWith('blob:'), await other.url]).toEqual([true, url]);
  one.release();
  await settleAll();
  const third = closedPicture('a');
  expect([await third.url, wire.count(`GET ${path}`)]).toEqual([url, 1]);
  third.release();
  other.release();
  await settleAll();
  expect(revoked).toEqual([url]);
  closedPicture('a').release();
  await settleAll();
  expect(wire.count(`GET ${path}`)).toBe(2);
});

it('asks again for what did not come', async () => {
  const lost = closedPicture('b');
  (await wire.next('GET', '/api/v1/drawings/b/image')).lose();
  expect(await lost.url).toBeNull();
  const again = closedPicture('b');
  (await wire.next('GET', '/api/v1/drawings/b/image')).answer(200, 'bytes');
  expect(await again.url).toMatch(/^blob:/);
  again.release();
  lost.release();
  await settleAll();
  expect(revoked).toHaveLength(1);
});
