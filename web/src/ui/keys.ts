/**
 * What a key press asks for, on any keyboard. Signs count by the place of their key (event.code, named after the US
 * layout), whatever the layout prints on it: ui/keyboard says what that is. Commands (Ctrl+Z) count by the letter that
 * is printed on the key, as they do everywhere else, and by its place where the layout has no Latin letters.
 */
export type Intent = (
  | { kind: 'undo' }
  | { kind: 'redo' }
  /** An arrow key: one step, of -1, 0 or 1 each way. */
  | { kind: 'step'; x: number; y: number }
  /** Enter. */
  | { kind: 'confirm' }
  /** The space bar. */
  | { kind: 'press' }
  /** Escape. */
  | { kind: 'leave' }
  /** A digit or a letter from a to z, without a modifier that would make a command of it. */
  | { kind: 'sign'; sign: string }
) & {
  /** The key is held down and this press is one of its repeats: what writes must not run on these. */
  repeat: boolean;
};

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat'> &
  Partial<Pick<KeyboardEvent, 'isComposing' | 'getModifierState'>>;

const arrows: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const named: Record<string, 'confirm' | 'press' | 'leave'> = {
  Enter: 'confirm',
  ' ': 'press',
  Escape: 'leave',
};

/** Null for a press that asks for nothing here: the browser's own shortcuts, AltGr, an input method at work. */
export function intentOf(event: Press): Intent | null {
  if (event.isComposing) return null;
  const { repeat } = event;
  if (event.ctrlKey || event.metaKey) {
    const kind = commandOf(event);
    return kind && { kind, repeat };
  }
  if (event.altKey || event.getModifierState?.('AltGraph')) return null;
  const arrow = stepOf(event.key);
  if (arrow) return { kind: 'step', ...arrow, repeat };
  const name = named[event.key];
  if (name) return { kind: name, repeat };
  const sign = digitOf(event) ?? placeOf(event);
  return sign === null ? null : { kind: 'sign', sign, repeat };
}

/** U, or Ctrl+Z, where there is nothing else to be written. */
export const takesBack = (intent: Intent): boolean =>
  intent.kind === 'undo' || (intent.kind === 'sign' && intent.sign === 'u');

/** The way an arrow key points, whatever is held with it. */
export function stepOf(key: string): { x: number; y: number } | null {
  const [x, y] = arrows[key] ?? [0, 0];
  return x === 0 && y === 0 ? null : { x, y };
}

function commandOf(event: Press): 'undo' | 'redo' | null {
  // Windows reports AltGr as Ctrl and Alt together.
  if (event.altKey) return null;
  const letter = letterOf(event);
  if (letter === 'z') return event.shiftKey ? 'redo' : 'undo';
  return letter === 'y' && !event.shiftKey ? 'redo' : null;
}

function digitOf({ key, code, shiftKey }: Press): string | null {
  if (/^[0-9]$/.test(key)) return key;
  // Without Num Lock the keypad moves, which its codes do not tell.
  return shiftKey ? null : (/^Digit([0-9])$/.exec(code)?.[1] ?? null);
}

function placeOf({ key, code }: Press): string | null {
  const place = /^Key([A-Z])$/.exec(code)?.[1] ?? (code === '' ? /^[a-zA-Z]$/.exec(key)?.[0] : undefined);
  return place?.toLowerCase() ?? null;
}

function letterOf({ key, code }: Press): string | null {
  if (/^[a-zA-Z]$/.test(key)) return key.toLowerCase();
  // Dvorak has punctuation where the US layout has letters; what is no ASCII at all is another script's letter.
  const foreign = /^[^\0-\x7f]/.test(key) || key === 'Process' || key === 'Unidentified';
  return foreign ? (/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? null) : null;
}

/** Whether what is typed there is text or a choice, so that signs and Ctrl+Z belong to the field. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !['button', 'checkbox', 'color', 'file', 'radio', 'range', 'reset', 'submit'].includes(
      target.type,
    );
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}

/** Whether it is a field that is typed in, which takes Ctrl+Z for itself: a choice does not. */
export const isTypedIn = (target: EventTarget | null): boolean =>
  takesText(target) && !(target instanceof HTMLSelectElement);

const signs = '1234567890';

/** Marks a drawing for attention, where no label has this key of its own. */
export const flagKey = 'f';

/** The keys that a label may have: U undoes. */
export const possibleKeys: readonly string[] = [...signs, ...'abcdefghijklmnopqrstvwxyz'];

/**
 * A key for each tag: the project's own where it names one, else a digit for the first ten, then the first letter of
 * the tag that is free and means nothing else here (U undoes, F flags).
 */
export function shortcutsFor(
  tags: readonly string[],
  ownKey: (tag: string) => string | null = () => null,
): Map<string, string> {
  const taken = new Set(['u']);
  const keys = new Map<string, string>();
  for (const tag of tags) {
    const own = ownKey(tag)?.toLowerCase() ?? '';
    if (!/^[a-z0-9]$/.test(own) || taken.has(own)) continue;
    taken.add(own);
    keys.set(own, tag);
  }
  const named = new Set(keys.values());
  taken.add(flagKey);
  tags.forEach((tag, index) => {
    if (named.has(tag)) return;
    const digit = signs.slice(index, index + 1);
    const choices = [...digit, ...tag.toLowerCase(), ...'abcdefghijklmnopqrstvwxyz'];
    const key = choices.find((choice) => /^[a-z0-9]$/.test(choice) && !taken.has(choice));
    if (key === undefined) return;
    taken.add(key);
    keys.set(key, tag);
  });
  return keys;
}
