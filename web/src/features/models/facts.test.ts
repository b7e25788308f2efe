import { expect, it } from 'vitest';

import shipped from '../../../../models/shapes.json';
import type { Model } from '../../api/client';
import { en } from '../../i18n/en';
import { i18n } from '../../i18n/i18n.svelte';
import { leftOutIn, type OfSource } from './card';
import { facts } from './facts';

const { models: words } = en;
const modelOf = (card: object): Model =>
  ({ id: 'm', state: 'live', parent: null, lineage: {}, card, created_at: '2026-11-25T12:00:00Z' }) as never;

it('leads with the worst and the best of the sources that the network never met', () => {
  const told = facts(modelOf(shipped));
  const names = told.map(([name]) => name);
  const measured = names.filter((name) => name.startsWith('Right on'));
  expect(measured).toEqual([words.onUnmetWorst, words.onUnmetBest, words.onMet, words.onSketches]);
  const value = new Map(told);
  const sources = leftOutIn(shipped);
  const [worst, best] = [sources.at(0)!, sources.at(-1)!];
  const said = ({ source, share }: OfSource) => `${source}: ${i18n.percent(share.value)} (`;
  expect(value.get(words.onUnmetWorst)?.startsWith(said(worst))).toBe(true);
  expect(value.get(words.onUnmetBest)?.startsWith(said(best))).toBe(true);
});

it('says one source once, and nothing of sources where the card has none', () => {
  const one = { left_out: [{ source: 'a', report: { accuracy: 0.5, shapes: 8 } }], human: { accuracy: 0.9 } };
  expect(facts(modelOf(one)).slice(1)).toEqual([
    [words.onUnmet, 'a: 50% (measured on 8)'],
    [words.onMet, '90%'],
  ]);
  expect(facts(modelOf({ human: { accuracy: 0.9 } })).slice(1)).toEqual([[words.onPeople, '90%']]);
});
