import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';

import { encodePng, toBase64, withoutAlpha } from './png';

const rgba = (...pixels: [number, number, number][]) =>
  new Uint8ClampedArray(pixels.flatMap((pixel) => [...pixel, 255]));

describe('the picture', () => {
  it('is grey where every pixel is grey, else RGB', () => {
    expect(withoutAlpha(rgba([0, 0, 0], [9, 9, 9]))).toEqual({ channels: 1, data: new Uint8Array([0, 9]) });
    expect(withoutAlpha(rgba([0, 0, 0], [9, 9, 8]))).toEqual({
      channels: 3,
      data: new Uint8Array([0, 0, 0, 9, 9, 8]),
    });
  });

  it('survives its PNG', () => {
    const data = new Uint8Array(16).map((_, index) => index * 16);
    const decoded = decode(encodePng({ channels: 1, data }, 4));
    expect([decoded.width, decoded.height, decoded.channels]).toEqual([4, 4, 1]);
    expect([...decoded.data]).toEqual([...data]);
  });

  it('has its base64 whole, also past the size of one call', () => {
    const bytes = new Uint8Array(0x8000 * 2 + 5).map((_, index) => index % 251);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });
});
