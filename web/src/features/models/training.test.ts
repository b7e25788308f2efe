import { expect, it } from 'vitest';

import type { Job, Model } from '../../api/client';
import { progressOf, trainingsOf } from './training';

const job = (detail?: Job['detail']): Job => ({ detail }) as Job;

it('reads how a training goes out of its job', () => {
  const detail = {
    step: 20,
    steps: 120,
    loss: 1.5,
    samples_per_second: 300,
    accuracy: 0.5,
    curve: [
      [10, 2.5],
      [20, 1.5, 0.5],
    ],
  };
  expect(progressOf(job(detail))).toEqual({
    step: 20,
    steps: 120,
    loss: 1.5,
    accuracy: 0.5,
    curve: [
      [10, 20],
      [2.5, 1.5],
    ],
    accuracies: [[20], [0.5]],
  });
});

it('shows nothing of a job that has told nothing, and passes over what is no point', () => {
  expect(progressOf(job())).toBeNull();
  expect(progressOf(job({ step: 'x' }))).toBeNull();
  const told = progressOf(job({ step: 1, steps: 2, loss: 3, curve: [[1], 'x', [1, 3]] }));
  expect(told?.curve).toEqual([[1], [3]]);
  expect([told?.accuracy, told?.accuracies]).toEqual([null, [[], []]]);
});

it('puts the curves of models over the same steps', () => {
  const model = (lineage: object): Model => ({ lineage }) as Model;
  const one = model({
    curve: [
      [10, 2.5, 0.25],
      [20, 1.5, 0.5],
    ],
  });
  const other = model({
    curve: [
      [15, 2],
      [20, 1],
    ],
  });
  expect(trainingsOf([one, other])).toEqual({
    losses: {
      of: [0, 1],
      data: [
        [10, 15, 20],
        [2.5, null, 1.5],
        [null, 2, 1],
      ],
    },
    accuracies: {
      of: [0],
      data: [
        [10, 20],
        [25, 50],
      ],
    },
  });
  expect(trainingsOf([model({}), undefined, other]).losses.of).toEqual([2]);
});
