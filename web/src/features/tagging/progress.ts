import type { Change, Done } from './changes.svelte';

/** After so long without a decision the person did something else. */
const pause_ms = 120_000;
const measured = 20;

/** Decisions a minute over the last ones, without pauses; null while there are too few to tell. */
export function paceOf(times: readonly number[]): number | null {
  const lately = times.slice(-measured - 1);
  let [count, passed] = [0, 0];
  lately.slice(1).forEach((time, index) => {
    const wait = time - (lately[index] ?? time);
    if (wait > pause_ms) return;
    ++count;
    passed += wait;
  });
  return count < 3 || passed === 0 ? null : (count * 60_000) / passed;
}

/** What the person decided last of each drawing, the newest first; hiding is no decision. */
export function decisionsOf(changes: readonly Change[]): { done: Done; change: Change }[] {
  const known = new Set<string>();
  const decisions: { done: Done; change: Change }[] = [];
  for (const change of [...changes].reverse())
    for (const done of change)
      if (!done.back && !known.has(done.after.id)) {
        known.add(done.after.id);
        decisions.push({ done, change });
      }
  return decisions;
}
