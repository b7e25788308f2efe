/** localStorage, which a browser may refuse: then a choice lasts as long as the page. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`croquis.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`croquis.${key}`, value);
  } catch {
    // Nothing to do: the choice holds until the page is left.
  }
}
