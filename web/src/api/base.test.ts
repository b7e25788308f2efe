import { describe, expect, it } from 'vitest';

import { baseIn } from './base';

const page = (content: string | null) =>
  ({
    querySelector: () => (content === null ? null : { getAttribute: () => content }),
  }) as unknown as Document;

describe('the base path', () => {
  it('is what the server wrote into the page', () => {
    expect(baseIn(page('/croquis'))).toBe('/croquis');
    expect(baseIn(page('/tools/croquis-2'))).toBe('/tools/croquis-2');
  });
  it('is nothing where it wrote nothing, or no path', () => {
    for (const content of [null, '', '/', '//evil', 'https://evil', '/a/', '/a"b'])
      expect(baseIn(page(content))).toBe('');
    expect(baseIn(undefined)).toBe('');
  });
});
