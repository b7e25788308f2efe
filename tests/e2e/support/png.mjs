// Pictures that tests send without a page.
import { deflateSync } from 'node:zlib';

/** Of ZIP and PNG (ISO 3309). */
export function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [size, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, crc]);
}

/** A grey PNG in base64, `side` by `side`: black where `isInk(x, y)`, else white. */
export function greyPng(side, isInk) {
  const rows = Buffer.alloc(side * (side + 1));
  for (let y = 0; y < side; ++y)
    for (let x = 0; x < side; ++x) rows[y * (side + 1) + 1 + x] = isInk(x, y) ? 0 : 255;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const parts = [
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...parts]).toString('base64');
}
