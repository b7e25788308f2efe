import { encode } from 'fast-png';

import { drawAll } from './render';
import type { Stroke } from './sketch';

/** Enough for the model and for a look at it; grey is a quarter of what a canvas's own RGBA PNG decodes to. */
export const picture_side = 256;

export interface Pixels {
  channels: 1 | 3;
  data: Uint8Array;
}

/** RGBA on white to grey where every pixel is grey, else to RGB. */
export function withoutAlpha(rgba: Uint8ClampedArray): Pixels {
  let coloured = false;
  for (let i = 0; i < rgba.length && !coloured; i += 4)
    coloured = rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2];
  const channels = coloured ? 3 : 1;
  const data = new Uint8Array((rgba.length / 4) * channels);
  for (let from = 0, to = 0; from < rgba.length; from += 4)
    for (let channel = 0; channel < channels; ++channel) data[to++] = rgba[from + channel] ?? 0;
  return { channels, data };
}

export function encodePng(pixels: Pixels, side: number): Uint8Array {
  return encode({ width: side, height: side, data: pixels.data, channels: pixels.channels, depth: 8 });
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

/** The drawing as the API takes it: a PNG in base64. */
export function drawingAsPng(strokes: readonly Stroke[]): string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = picture_side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no 2D canvas');
  drawAll(context, strokes, picture_side);
  const { data } = context.getImageData(0, 0, picture_side, picture_side);
  return toBase64(encodePng(withoutAlpha(data), picture_side));
}
