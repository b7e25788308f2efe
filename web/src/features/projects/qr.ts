import { generate } from 'lean-qr';

/** Light modules around a code, which readers need (ISO/IEC 18004, 6.3.8). */
export const quiet_zone = 4;

/** A QR code as a path of squares with sides of 1, and the side of the whole with its quiet zone. */
export function qrPath(text: string): { side: number; path: string } {
  const code = generate(text);
  let path = '';
  for (let y = 0; y < code.size; ++y)
    for (let x = 0; x < code.size; ++x)
      if (code.get(x, y)) path += `M${x + quiet_zone} ${y + quiet_zone}h1v1h-1z`;
  return { side: code.size + 2 * quiet_zone, path };
}
