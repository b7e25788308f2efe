/** With one more, in the order of `at`: answers come in any order, what was done was done in one. */
export function inOrder<T>(items: readonly T[], one: T, at: (item: T) => number): readonly T[] {
  const isLater = (other: T) => at(other) > at(one);
  return [...items.filter((other) => !isLater(other)), one, ...items.filter(isLater)];
}
