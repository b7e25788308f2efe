// Waiting for what a server does by itself.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What `look` answers once it answers something. After a minute it fails, which is far beyond what a
 * sanitized program on a busy machine needs: what never comes is to fail a test, not to hold up the run.
 */
export async function until(what, look) {
  const late = Date.now() + 60_000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > late) throw new Error(`waited a minute for ${what}`);
    await sleep(50);
  }
}
