// PNG files, good and bad, made chunk by chunk (ISO/IEC 15948).
import zlib from 'node:zlib';

import crc32 from 'crc-32';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeInt32BE(crc32.buf(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A grey PNG of `depth` bits; `raw` is its rows, each after a filter byte, before compression. */
export function png({ width, height, depth = 8, raw }) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', zlib.deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The same PNG with a comment behind its header, and bytes behind its end. */
export function telling(file, text) {
  const headerEnd = 8 + 25;
  const comment = chunk('tEXt', Buffer.from(`Comment\0${text}`, 'latin1'));
  return Buffer.concat([file.subarray(0, headerEnd), comment, file.subarray(headerEnd), Buffer.from(text, 'latin1')]);
}

/** A square white sheet on which `ink(x, y)` says where it is black. */
export function sheet(side, ink = () => false) {
  const raw = Buffer.alloc(side * (side + 1), 255);
  for (let y = 0; y < side; y += 1) {
    raw[y * (side + 1)] = 0;
    for (let x = 0; x < side; x += 1) if (ink(x, y)) raw[y * (side + 1) + 1 + x] = 0;
  }
  return png({ width: side, height: side, raw });
}

/** A circle drawn with a round pen, a little different for each `seed`. */
export function circle(seed = 0) {
  const radius = 40 + (seed % 17);
  const [cx, cy] = [64 + (seed % 5), 64 + (seed % 3)];
  return sheet(128, (x, y) => Math.abs(Math.hypot(x - cx, y - cy) - radius) < 2.2);
}

/** 20000 x 20000 pixels in some kilobytes. */
export const bomb = () =>
  png({ width: 20000, height: 20000, depth: 1, raw: Buffer.alloc(20000 * (1 + 2500)) });
