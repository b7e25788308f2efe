import type { Teaching } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';

/** What the gate found, in a sentence. */
export function verdict({ gate }: Teaching): string {
  const { t } = i18n;
  const points = (share: number): string => i18n.points(share);
  if (gate.drawings === 0) return t.models.notJudged;
  const range = [points(gate.low), points(gate.high)] as const;
  if (gate.verdict === 'better') return t.models.better(points(gate.difference), ...range);
  if (gate.verdict === 'worse')
    return t.models.worse(points(-gate.difference), points(-gate.high), points(-gate.low));
  const more = Math.max(1, gate.drawings_needed - gate.drawings);
  return t.models.undecided(points(gate.difference), ...range, i18n.number(more), more);
}
