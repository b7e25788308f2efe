import type { Model, ModelReport } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';
import { numberIn } from './card';

/** Whose report is asked for in the address of the place, and what stands beside it: "report=A&against=B". */
export function reportAsked(query: string): { model: string; against: string | null } | null {
  const asked = new URLSearchParams(query);
  const model = asked.get('report');
  return model ? { model, against: asked.get('against') || null } : null;
}

export function reportQuery(model: string, against: string | null = null): string {
  const asked = new URLSearchParams({ report: model });
  if (against !== null) asked.set('against', against);
  return asked.toString();
}

export const reportAddress = (model: string) => `#/models?${reportQuery(model)}`;

/** A calibration error beside what chance alone gives; of no answer there is none. */
export const errorOf = (answers: number, error: number, { most }: { most: number }): string =>
  answers > 0 ? `${i18n.percent(error)} (${i18n.t.models.byChance(i18n.percent(most))})` : '–';

type Share = ModelReport['accuracy'];

export interface LabelRow {
  label: string;
  /** How often each of the models is right where people gave the label; null where it answered none of them. */
  shares: (Share | null)[];
}

/** Every label that people gave, in the first report's order, beside what each report says of it. */
export function labelRows(reports: (ModelReport | null)[]): LabelRow[] {
  const rows = new Map<string, LabelRow>();
  reports.forEach((report, column) => {
    for (const { label, given } of report?.labels ?? []) {
      if (given.of === 0) continue;
      const row = rows.get(label) ?? { label, shares: reports.map(() => null) };
      row.shares[column] = given;
      rows.set(label, row);
    }
  });
  return [...rows.values()];
}

export interface ConfusionRow {
  given: string;
  answered: string;
  drawings: number[];
}

/** What was taken for something else, the most frequent first. */
export function confusionRows(reports: (ModelReport | null)[]): ConfusionRow[] {
  const rows = new Map<string, ConfusionRow>();
  reports.forEach((report, column) => {
    for (const { given, answered, drawings } of report?.confusion ?? []) {
      if (given === answered) continue;
      const key = JSON.stringify([given, answered]);
      const row = rows.get(key) ?? { given, answered, drawings: reports.map(() => 0) };
      row.drawings[column] = drawings;
      rows.set(key, row);
    }
  });
  const most = ({ drawings }: ConfusionRow) => Math.max(...drawings);
  return [...rows.values()].sort((a, b) => most(b) - most(a));
}

/** The numbers that a model was taught or served with; null where its card does not say. */
export function parametersOf({ card, lineage }: Model) {
  return {
    strength: numberIn(lineage, 'strength'),
    temperature: numberIn(card, 'temperature'),
    unknownBelow: numberIn(card, 'unknown_below'),
  };
}
