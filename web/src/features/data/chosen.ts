/** A file to send, and where it lies in what was dropped or chosen: "circle/1.png". */
export interface Chosen {
  file: File;
  path: string;
}

/** As many as the server takes at once. */
export const maxFiles = 10_000;

/** What systems leave in folders, and nobody means to send. */
const litter = new Set(['__MACOSX', '.DS_Store', 'Thumbs.db', 'desktop.ini', '.git']);
const isLitter = (name: string) => litter.has(name) || name.startsWith('._');

/** Of a chooser: files, or those of a folder, which say where they lie. */
export const chosenOf = (files: Iterable<File>): Chosen[] =>
  [...files]
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ path }) => !path.split('/').some(isLitter));

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject));

/** Browsers hand out a hundred at a time, and none at the end. */
async function* entriesOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    yield* some;
  }
}

async function walk(entry: FileSystemEntry, into: Chosen[]): Promise<void> {
  if (into.length > maxFiles || isLitter(entry.name)) return;
  if (entry.isFile)
    into.push({ file: await fileOf(entry as FileSystemFileEntry), path: entry.fullPath.replace(/^\//, '') });
  if (!entry.isDirectory) return;
  for await (const inner of entriesOf(entry as FileSystemDirectoryEntry)) {
    if (into.length > maxFiles) return;
    await walk(inner, into);
  }
}

/**
 * All files of what was dropped, those in its folders too, in the order of their paths; a few more than `maxFiles`
 * where there are more. Fails where one cannot be read. To be called while the drop is handled: what was dropped is
 * not told any more afterwards.
 */
export async function droppedIn(data: DataTransfer): Promise<Chosen[]> {
  const roots = [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found: Chosen[] = [];
  for (const root of roots) {
    if (root instanceof File) found.push(...chosenOf([root]));
    else if (root) await walk(root, found);
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}
