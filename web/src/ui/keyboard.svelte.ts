/**
 * What is printed on the keys of this person's keyboard. Keys count by their place (KeyboardEvent.code), so that one
 * choice serves every layout; what stands on the page is what the person sees on the key. Some browsers tell the
 * layout; in the others it is learnt from what is typed, and a key not pressed yet is named as on a US keyboard, or a
 * French one where the person reads French.
 */
interface LayoutNavigator {
  keyboard?: { getLayoutMap(): Promise<Iterable<[string, string]>> };
}

const letterAt = /^Key([A-Z])$/;

const french = /^fr(-(FR|BE|LU|MC))?$/i;
const azerty = { a: 'q', q: 'a', w: 'z', z: 'w', m: ',' };

export class Keyboard {
  private known = $state.raw<Record<string, string>>({});
  /** The places whose keys have told what is printed on them. */
  private heard = new Set<string>();

  constructor({ keyboard, languages }: LayoutNavigator & Pick<Navigator, 'languages'> = navigator) {
    if (!keyboard && french.test(languages[0] ?? '')) this.known = azerty;
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
    if (letter === undefined || !seen) return;
    this.heard.add(letter);
    const [before, now] = [this.at(letter), key.toLowerCase()];
    if (before === now) return;
    // What was believed to stand here stands where this was believed to be, until that key tells.
    const other = [...'abcdefghijklmnopqrstuvwxyz'].find(
      (place) => place !== letter && this.at(place) === now,
    );
    const swapped = other !== undefined && !this.heard.has(other) ? { [other]: before } : {};
    this.known = { ...this.known, ...swapped, [letter]: now };
  }

  private at(sign: string): string {
    return this.known[sign] ?? sign;
  }

  /** A key that is typed without a modifier says what is printed on it. */
  hear({ code, key, ctrlKey, altKey, metaKey }: KeyboardEvent): void {
    if (!ctrlKey && !altKey && !metaKey) this.learn(code, key);
  }

  /** What stands on the key whose place is that of this letter or digit on a US keyboard. */
  printed(sign: string): string {
    return this.at(sign).toUpperCase();
  }
}

export const keyboard = new Keyboard();
