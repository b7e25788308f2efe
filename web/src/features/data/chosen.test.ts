import { describe, expect, it } from 'vitest';

import { chosenOf, droppedIn, maxFiles } from './chosen';

const named = (name: string, within = '') => {
  const file = new File(['x'], name);
  Object.defineProperty(file, 'webkitRelativePath', { value: within && `${within}/${name}` });
  return file;
};

const fileEntry = (path: string, fails = false) => ({
  isFile: true,
  isDirectory: false,
  name: path.split('/').at(-1),
  fullPath: path,
  file: (resolve: (file: File) => void, reject: (why: Error) => void) =>
    fails ? reject(new Error('not readable')) : resolve(named(path.split('/').at(-1)!)),
});

/** As Chromium has it: at most a hundred of its entries at a time. */
const folderEntry = (path: string, inner: unknown[]) => ({
  isFile: false,
  isDirectory: true,
  name: path.split('/').at(-1),
  fullPath: path,
  createReader: () => {
    let at = 0;
    return { readEntries: (resolve: (some: unknown[]) => void) => resolve(inner.slice(at, (at += 100))) };
  },
});

const drop = (...entries: unknown[]) =>
  ({
    items: entries.map((entry) => ({
      kind: 'file',
      webkitGetAsEntry: () => (entry instanceof File ? null : entry),
      getAsFile: () => (entry instanceof File ? entry : null),
    })),
  }) as unknown as DataTransfer;

const paths = (all: { path: string }[]) => all.map(({ path }) => path);

describe('what was chosen', () => {
  it('lies where its folder has it, without what systems leave', () => {
    const files = [named('1.png', 'circle'), named('.DS_Store', 'circle'), named('1.png', 'circle/__MACOSX')];
    expect(paths(chosenOf([...files, named('a.csv')]))).toEqual(['circle/1.png', 'a.csv']);
  });
});

describe('what was dropped', () => {
  it('are all files of its folders, by path', async () => {
    const many = Array.from({ length: 250 }, (_, i) => fileEntry(`/shapes/star/${i}.png`));
    const shapes = folderEntry('/shapes', [
      folderEntry('/shapes/star', many),
      folderEntry('/shapes/circle', [fileEntry('/shapes/circle/0.png'), fileEntry('/shapes/circle/._0.png')]),
      folderEntry('/shapes/.git', [fileEntry('/shapes/.git/config')]),
    ]);
    const found = paths(await droppedIn(drop(shapes, fileEntry('/labels.csv'), named('b.zip'))));
    expect(found.length).toBe(253);
    expect(found.slice(0, 3)).toEqual(['b.zip', 'labels.csv', 'shapes/circle/0.png']);
  });

  it('is not gone through beyond what is taken', async () => {
    const many = Array.from({ length: maxFiles + 5 }, (_, i) => fileEntry(`/star/${i}.png`));
    expect((await droppedIn(drop(folderEntry('/star', many)))).length).toBe(maxFiles + 1);
  });

  it('fails where a file cannot be read', async () => {
    await expect(droppedIn(drop(fileEntry('/a.png', true)))).rejects.toThrow('not readable');
  });
});
