import { describe, expect, it } from 'vitest';

import type { Teaching } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';
import { losses, verdict } from './verdict';

const gate: Teaching['gate'] = {
  drawings: 66,
  only_candidate_right: 60,
  only_live_right: 0,
  difference: 0.909,
  low: 0.7,
  high: 0.95,
  p_value: 0,
  verdict: 'uneven',
  drawings_needed: 0,
  lost: ['circle', 'star'],
  labels: [
    {
      label: 'comb',
      drawings: 60,
      only_candidate_right: 60,
      only_live_right: 0,
      difference: 1,
      worse: false,
    },
    { label: 'line', drawings: 6, only_candidate_right: 0, only_live_right: 6, difference: -1, worse: true },
  ],
};
const teaching = (changed: Partial<Teaching['gate']> = {}): Teaching =>
  ({ gate: { ...gate, ...changed } }) as Teaching;

describe('what the gate found', () => {
  it('names what a better model would be missed for', () => {
    i18n.language = 'en';
    expect(verdict(teaching())).toMatch(/better by 90.9 points as a whole .* does not go live by itself/);
    const [lost, worse] = losses(teaching());
    expect(lost).toMatch(/no longer knows .*circle, star/);
    expect(worse).toBe('Beyond chance it is worse on line (by 100.0 points).');
    i18n.language = 'fr';
    expect(verdict(teaching())).toMatch(/dans l’ensemble/);
    expect(losses(teaching())[0]).toMatch(/cercle, étoile/);
    i18n.language = 'en';
  });

  it('is read in results of earlier versions', () => {
    expect(losses(teaching({ lost: undefined, labels: undefined }))).toEqual([]);
    expect(losses(teaching({ lost: [], labels: [] }))).toEqual([]);
  });
});
