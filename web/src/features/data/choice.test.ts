import { beforeEach, expect, it } from 'vitest';

import { ImportChoice } from './choice.svelte';
import { nothingSaid } from './import';

const files = [{ file: new File(['x'], 'a.zip'), path: 'a.zip' }];
let choice: ImportChoice;

beforeEach(() => {
  choice = new ImportChoice();
  choice.resume('marie');
  choice.choose(files);
  choice.form.makeLabels = true;
});

it('stays while the person looks elsewhere, and how it is meant too', () => {
  choice.resume('marie');
  expect([choice.files, choice.form.makeLabels]).toEqual([files, true]);
});

it('is over once it was imported, unless something else is chosen', () => {
  choice.imported();
  expect(choice.files).toEqual(files);
  choice.resume('marie');
  expect([choice.files, choice.form.makeLabels]).toEqual([[], true]);
  choice.choose(files);
  choice.imported();
  choice.choose(files);
  choice.resume('marie');
  expect(choice.files).toEqual(files);
});

it('is nobody else’s who signs in', () => {
  choice.resume('jean');
  expect([choice.files, choice.form]).toEqual([[], nothingSaid]);
});
