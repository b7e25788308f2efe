import { describe, expect, it } from 'vitest';

import { listed } from '../testing/listed';
import { serverWords } from './server-words';

describe('what the server says', () => {
  it('has words in both languages for each code of the API’s document', () => {
    expect(listed('ServerCode').length).toBeGreaterThan(40);
    expect(Object.keys(serverWords)).toEqual(listed('ServerCode'));
    for (const [code, { en, fr }] of Object.entries(serverWords)) {
      expect(en, code).toMatch(/\.$/);
      expect(fr, code).toMatch(/\.$/);
      expect(fr, code).not.toBe(en);
    }
  });
});
