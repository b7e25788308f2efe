import { createHash } from 'node:crypto';

/** Whether a drawing judges models, and the random audit picks it where nobody looked at it alone (store/asking.h). */
export function isPicked(id) {
  const hash = createHash('sha256').update(id).digest();
  return hash[0] % 4 === 0 && 1000 + ((hash[1] * 256 + hash[2]) % 31768) >= 32768 - 8192;
}
