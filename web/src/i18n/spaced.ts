/**
 * French puts a space inside quotation marks and before signs of two parts: one at which no line breaks, which a
 * keyboard does not type.
 */
export const spacedText = (text: string): string =>
  text.replace(/« /g, '«\u00a0').replace(/ (?=[»:;?!%])/g, '\u00a0');

type Words = string | ((...given: never[]) => string) | { readonly [name: string]: Words };

/** The same for all words of a dictionary, and for what they become with names and numbers in them. */
export function spaced<T extends object>(words: T): T {
  const each = (one: Words): Words => {
    if (typeof one === 'string') return spacedText(one);
    if (typeof one === 'function') return (...given) => spacedText(one(...given));
    return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, each(value)]));
  };
  return each(words as unknown as Words) as unknown as T;
}
