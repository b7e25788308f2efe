const signs = '1234567890';

/**
 * A key for each tag: a digit for the first ten, then the first letter of the tag that is free and means nothing
 * else here (U undoes).
 */
export function shortcutsFor(tags: readonly string[]): Map<string, string> {
  const taken = new Set(['u']);
  const keys = new Map<string, string>();
  tags.forEach((tag, index) => {
    const choices =
      index < signs.length ? [signs[index]!] : [...tag.toLowerCase(), ...'abcdefghijklmnopqrstvwxyz'];
    const key = choices.find((choice) => /^[a-z0-9]$/.test(choice) && !taken.has(choice));
    if (key === undefined) return;
    taken.add(key);
    keys.set(key, tag);
  });
  return keys;
}
