import { expect, it } from 'vitest';

import { drawingOf, labelOf, settleAll, Wire } from '../../testing/wire';
import { chosenExample, Examples } from './examples.svelte';

it('asks once for a drawing of each label, a few at a time', async () => {
  const wire = new Wire();
  const examples = new Examples();
  const tags = ['robin', 'wren', 'crow', 'owl', 'tit'];
  const finding = examples.find(tags);
  void examples.find(tags);
  await settleAll();
  expect(wire.log).toEqual(Array(4).fill('GET /api/v1/drawings'));
  const answers = [drawingOf('a', { tag: 'robin' }), drawingOf('b', { tag: 'wren' }), null, null, null];
  for (const drawing of answers)
    (await wire.next('GET', '/api/v1/drawings')).answer(200, {
      drawings: drawing ? [drawing] : [],
      next: null,
    });
  await finding;
  expect(tags.map((tag) => examples.of(tag)?.id)).toEqual(['a', 'b', undefined, undefined, undefined]);
  expect(wire.log).toHaveLength(5);
});

it('that an admin chose are shown by their picture, where that may be seen', () => {
  expect(chosenExample(labelOf('star'))).toBeNull();
  expect(chosenExample({ tag: 'star' })).toBeNull();
  expect(chosenExample(labelOf('star', { example: 'a', example_url: '/image/a' }))).toMatchObject({
    id: 'a',
    image_url: '/image/a',
  });
});
