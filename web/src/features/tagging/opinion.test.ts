import { expect, test } from 'vitest';

import type { TagEvent } from '../../api/client';
import { opinionOf } from './opinion';

const event = (version: number, by_id: string, opinion: string | null, undoes: number | null = null) =>
  ({ version, by_id, opinion, undoes }) as TagEvent;

test('the opinion is the last one of this person', () => {
  expect(opinionOf('me', [event(2, 'me', 'star'), event(3, 'me', 'line'), event(4, 'you', 'arrow')])).toBe(
    'line',
  );
  expect(opinionOf('me', [event(2, 'you', 'star')])).toBeNull();
});

test('an opinion that was taken back does not stand', () => {
  expect(opinionOf('me', [event(2, 'me', 'star'), event(3, 'me', 'line'), event(4, 'me', null, 3)])).toBe(
    'star',
  );
});
