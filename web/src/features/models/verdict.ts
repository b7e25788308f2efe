import type { Teaching } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';

/** What the gate found, as a whole. */
export function verdict({ gate }: Teaching): string {
  const { t } = i18n;
  const points = (share: number): string => i18n.points(share);
  if (gate.drawings === 0) return t.models.notJudged;
  const range = [points(gate.low), points(gate.high)] as const;
  if (gate.verdict === 'better') return t.models.better(points(gate.difference), ...range);
  if (gate.verdict === 'uneven') return t.models.uneven(points(gate.difference), ...range);
  if (gate.verdict === 'worse')
    return t.models.worse(points(-gate.difference), points(-gate.high), points(-gate.low));
  const more = Math.max(1, gate.drawings_needed - gate.drawings);
  return t.models.undecided(points(gate.difference), ...range, i18n.number(more), more);
}

/** What the new model would be missed for, by label. */
export function losses({ gate }: Teaching): string[] {
  const { t } = i18n;
  const { lost = [], labels = [] } = gate;
  const worse = labels.filter((label) => label.worse);
  const told = ({ label, difference }: (typeof labels)[number]): string =>
    t.models.worseLabel(i18n.tag(label), i18n.points(-difference));
  return [
    ...(lost.length > 0 ? [t.models.lost(lost.map((label) => i18n.tag(label)).join(', '))] : []),
    ...(worse.length > 0 ? [t.models.worseOn(worse.map(told).join(', '))] : []),
  ];
}
