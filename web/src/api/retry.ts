/** How to go on after a failed try. */
export interface RetryRules {
  tries: number;
  firstWait: number; // seconds
  longestWait: number; // seconds
}

export const submitRules: RetryRules = { tries: 5, firstWait: 1, longestWait: 30 };

/** Whether the same request may go through later; 0 stands for no answer at all. */
export function isPassing(status: number): boolean {
  return [0, 429, 502, 503, 504].includes(status);
}

/** Retry-After in seconds (RFC 9110 section 10.2.3: seconds or a date); null where it says nothing usable. */
export function retryAfter(header: string | null, now: number): number | null {
  if (!header) return null;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/** Seconds before try number `next` (the second is 2): what the server asked for, or twice as long each time. */
export function waitBefore(next: number, asked: number | null, rules: RetryRules): number {
  const wait = asked ?? rules.firstWait * 2 ** (next - 2);
  return Math.min(Math.max(wait, 1), rules.longestWait);
}

/** Ends early where it is cancelled. */
export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Sleeps whole seconds, telling each; false where it was cancelled. */
export async function countDown(
  seconds: number,
  tell: (left: number) => void,
  signal: AbortSignal,
): Promise<boolean> {
  for (let left = Math.ceil(seconds); left > 0 && !signal.aborted; --left) {
    tell(left);
    await sleep(1, signal);
  }
  return !signal.aborted;
}
