import { describe, expect, it } from 'vitest';

import type { Remaking } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';
import { changeOf, remade, remakeKindOf, wasTrainedBefore } from './remade';

const again: NonNullable<Remaking['again']> = {
  same_network: true,
  same_labels: true,
  numbers: 1290,
  differing: 0,
  furthest: 0,
  strength: [0.1, 0.1],
  temperature: [1.25, 1.25],
  unknown_below: [0.4, 0.4],
};
const same: Remaking = {
  model: 'taught-1',
  as_of: '2026-11-24T14:07:00Z',
  same: true,
  same_drawings: true,
  learnt: 12,
  found: 12,
  changed: [],
  changed_all: 0,
  deleted: [],
  deleted_all: 0,
  again,
};
const told = (more: Partial<Remaking>): string => remade({ ...same, ...more }, 'remake').join(' ');

describe('what came of making a model again', () => {
  it('is the same, also where drawings changed since', () => {
    i18n.language = 'en';
    expect(told({})).toBe('the same to the byte.');
    expect(told({ changed_all: 2 })).toBe(
      'the same to the byte. 2 drawings were changed since, and taken as they were then.',
    );
    i18n.language = 'fr';
    expect(told({ changed_all: 1 })).toBe(
      'identique à l’octet près. Un dessin a changé depuis, et a été pris tel qu’il était.',
    );
  });

  it('tells of a trained network what was not as then', () => {
    i18n.language = 'en';
    const trained = (more: Partial<Remaking>) => remade({ ...same, ...more }, 'retrain').join(' ');
    expect(trained({ again: { same_network: true } })).toBe('the same to the byte.');
    const otherwise = [
      { what: 'commit', then: 'aaa', now: 'bbb' },
      { what: 'later', then: '1', now: '2' },
    ];
    expect(trained({ same: false, again: { same_network: false }, otherwise })).toBe(
      'it differs: the file of its network; the commit of croquis-train aaa, again bbb; later 1, again 2.',
    );
    expect(trained({ same: false, same_drawings: false, found: 11, again: undefined })).toBe(
      'one drawing that it learnt from is gone, so that it cannot be made as it was; nothing was trained.',
    );
    const lineage = { network_sha256: 'ab' };
    expect([remakeKindOf({ kind: 'head', lineage }), remakeKindOf({ kind: 'trunk', lineage })]).toEqual([
      'remake',
      'retrain',
    ]);
    expect(remakeKindOf({ kind: 'trunk', lineage: {} })).toBeNull();
    const before = [{}, { steps: 100 }, { steps: 100, ...lineage }].map((each) =>
      wasTrainedBefore({ kind: 'trunk', lineage: each }),
    );
    expect(before).toEqual([false, true, false]);
  });

  it('differs, and how', () => {
    i18n.language = 'en';
    const other = {
      ...again,
      same_network: false,
      differing: 3,
      furthest: 0.0123456,
      temperature: [1.25, 1.5],
    };
    expect(told({ same: false, again: other })).toBe(
      'it differs: 3 of 1,290 weights, by 0.0123 at most; Temperature 1.25, again 1.5.',
    );
    expect(told({ same: false, again: { ...again, same_network: false } })).toBe(
      'it differs: the file of its network.',
    );
  });

  it('cannot be as it was where drawings are gone', () => {
    i18n.language = 'en';
    const gone = { same: false, same_drawings: false, found: 11 };
    expect(told({ ...gone, again: { ...again, same_labels: false } })).toMatch(
      /^one drawing that it learnt from is gone, .* it differs: other labels\.$/,
    );
    const { again: none, ...few } = same;
    expect(none).toBe(again);
    expect(remade({ ...few, ...gone }, 'remake').at(-1)).toBe('too few are left to teach it.');
    expect(told({ ...gone, found: 12 })).toMatch(/does not tell which changed/);
  });

  it('names what became of each drawing', () => {
    i18n.language = 'en';
    const change = { drawing: 'd', then: 'circle', now: 'star', reviewed: true, hidden: false };
    expect(changeOf(change)).toBe('circle → star');
    expect(changeOf({ ...change, reviewed: false })).toBe('circle, not reviewed now');
    expect(changeOf({ ...change, hidden: true, reviewed: false })).toBe('circle, hidden now');
  });
});
