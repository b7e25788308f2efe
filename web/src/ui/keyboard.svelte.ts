/**
 * What is printed on the keys of this person's keyboard. Keys count by their place (KeyboardEvent.code), so that one
 * choice serves every layout; what stands on the page is what the person sees on the key. Some browsers tell the
 * layout; in the others it is learnt from what is typed, and a key not pressed yet is named as on a US keyboard.
 */
interface LayoutNavigator {
  keyboard?: { getLayoutMap(): Promise<Iterable<[string, string]>> };
}

const letterAt = /^Key([A-Z])$/;

class Keyboard {
  private known = $state.raw<Record<string, string>>({});

  constructor() {
    const { keyboard } = navigator as LayoutNavigator;
    void keyboard
      ?.getLayoutMap()
      .then((layout) => {
        for (const [code, key] of layout) this.learn(code, key);
      })
      .catch(() => {
        // A frame may not ask; then it is learnt.
      });
  }

  learn(code: string, key: string): void {
    const letter = letterAt.exec(code)?.[1]?.toLowerCase();
    const seen = [...key].length === 1 && /^[\p{L}\p{P}\p{S}]$/u.test(key);
    if (letter === undefined || !seen || this.known[letter] === key.toLowerCase()) return;
    this.known = { ...this.known, [letter]: key.toLowerCase() };
  }

  /** A key that is typed without a modifier says what is printed on it. */
  hear({ code, key, ctrlKey, altKey, metaKey }: KeyboardEvent): void {
    if (!ctrlKey && !altKey && !metaKey) this.learn(code, key);
  }

  /** What stands on the key whose place is that of this letter or digit on a US keyboard. */
  printed(sign: string): string {
    return (this.known[sign] ?? sign).toUpperCase();
  }
}

export const keyboard = new Keyboard();
