import { webcrypto } from 'node:crypto';

import { beforeAll, describe, expect, it, vi } from 'vitest';

import { newUuid } from './uuid';

describe('a UUID', () => {
  // Node 18 has no global of that name; every browser has.
  beforeAll(() => void vi.stubGlobal('crypto', webcrypto));

  it('is of version 4 and new each time', () => {
    expect(newUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newUuid()).not.toBe(newUuid());
  });
});
