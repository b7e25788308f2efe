import type { Model } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';
import { leftOutIn, numberIn, shareIn, type Share } from './card';

type Fact = [string, string];

/** A share measured on some drawings says little without how far it may be off. */
function told({ value, range, of }: Share): string {
  const { t } = i18n;
  const low = range && i18n.percent(range[0]);
  const high = range && i18n.percent(range[1]);
  const extent = low !== null && high !== null ? t.models.interval(low, high) : null;
  const on = of === null ? null : t.models.measuredOn(i18n.number(of));
  const beside = [extent, on].filter((part) => part !== null).join(', ');
  return beside ? `${i18n.percent(value)} (${beside})` : i18n.percent(value);
}

/** What a taught model was made of. */
function lineageOf({ parent, lineage }: Model): Fact[] {
  const { t } = i18n;
  const drawings = numberIn(lineage, 'drawings');
  const accuracy = numberIn(lineage, 'cross_validated', 'accuracy');
  const [low, high] = [
    numberIn(lineage, 'cross_validated', 'low'),
    numberIn(lineage, 'cross_validated', 'high'),
  ];
  const range: [number, number] | null = low === null || high === null ? null : [low, high];
  const { by } = lineage as { by?: unknown };
  return [
    ...(parent === null ? [] : [[t.models.parent, parent] as Fact]),
    ...(drawings === null ? [] : [[t.models.taughtOn, t.models.drawings(i18n.number(drawings))] as Fact]),
    ...(typeof by === 'string' && by !== '' ? [[t.models.taughtBy, by] as Fact] : []),
    ...(accuracy === null
      ? []
      : [
          [
            t.models.crossValidated,
            told({ value: accuracy, range, of: numberIn(lineage, 'cross_validated', 'of') }),
          ] as Fact,
        ]),
  ];
}

/** What a stranger may expect, where the card says: sources that had no part in the learning. */
function unmetOf(card: unknown): Fact[] {
  const { t } = i18n;
  const sources = leftOutIn(card);
  const [worst, best] = [sources.at(0), sources.at(-1)];
  if (!worst || !best) return [];
  const fact = (name: string, { source, share }: typeof worst): Fact => [
    name,
    t.models.ofSource(source, told(share)),
  ];
  if (worst === best) return [fact(t.models.onUnmet, worst)];
  return [fact(t.models.onUnmetWorst, worst), fact(t.models.onUnmetBest, best)];
}

/** What the registry knows of a model, by name. */
export function facts(model: Model): Fact[] {
  const { card, created_at } = model;
  const { t } = i18n;
  const { labels } = card as { labels?: unknown };
  const unmet = unmetOf(card);
  const shares: [string, Share | null][] = [
    [unmet.length > 0 ? t.models.onMet : t.models.onPeople, shareIn(card, 'human', 'accuracy')],
    [t.models.onSketches, shareIn(card, 'synthetic', 'accuracy')],
  ];
  const error = numberIn(card, 'human', 'calibration_error');
  const chance = numberIn(card, 'human', 'calibration_error_by_chance', 'most');
  return [
    [t.models.added, i18n.date(created_at)],
    ...(Array.isArray(labels) ? [[t.models.labels, i18n.number(labels.length)] as Fact] : []),
    ...lineageOf(model),
    ...unmet,
    ...shares.flatMap(([name, share]): Fact[] => (share === null ? [] : [[name, told(share)]])),
    ...(error === null
      ? []
      : [
          [
            t.models.calibrationError,
            chance === null
              ? i18n.percent(error)
              : `${i18n.percent(error)} (${t.models.byChance(i18n.percent(chance))})`,
          ] as Fact,
        ]),
  ];
}
