/** More labels than these have a box that narrows them. */
export const most_without_filter = 9;

/** Without case and accents, and without letters that a keyboard may lack. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/œ/g, 'oe')
    .replace(/æ/g, 'ae')
    .trim();

/** Those whose name or title has the text in it, in their order; those with a word that begins so come first. */
export function matching(
  tags: readonly string[],
  text: string,
  titleOf: (tag: string) => string,
): readonly string[] {
  const sought = plain(text);
  if (sought === '') return tags;
  const found = tags
    .map((tag) => ({ tag, names: [plain(titleOf(tag)), plain(tag)] }))
    .filter(({ names }) => names.some((name) => name.includes(sought)));
  const begins = ({ names }: (typeof found)[number]) =>
    names.some((name) => name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(sought)));
  const first = found.filter((one) => begins(one) || one.names.some((name) => name.startsWith(sought)));
  return [...first, ...found.filter((one) => !first.includes(one))].map(({ tag }) => tag);
}
