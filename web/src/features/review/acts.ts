import { flagKey, takesBack, type Intent } from '../../ui/keys';

/** What a key does in the review: steps, decides, or leaves. */
export type Act = 'leave' | 'back' | 'on' | 'accept' | 'skip' | 'undo' | 'flag' | { set: string };

interface Place {
  /** The label of each sign. */
  keys: ReadonlyMap<string, string>;
  /** Drawings are decided one after another, so that one may be skipped. */
  oneByOne: boolean;
  /** The focus is on what Enter and the space bar press. */
  onButton: boolean;
}

export function actOf(intent: Intent, { keys, oneByOne, onButton }: Place): Act | null {
  if (intent.kind === 'leave') return 'leave';
  if (intent.kind === 'step' && intent.x !== 0) return intent.x < 0 ? 'back' : 'on';
  if (intent.kind === 'confirm') return onButton ? null : 'accept';
  if (intent.kind === 'press') return onButton || !oneByOne ? null : 'skip';
  if (takesBack(intent)) return 'undo';
  if (intent.kind !== 'sign') return null;
  const tag = keys.get(intent.sign);
  if (tag !== undefined) return { set: tag };
  return intent.sign === flagKey ? 'flag' : null;
}

/** A held key goes on through the drawings, but writes once. */
export const repeats = (act: Act): boolean => act === 'back' || act === 'on';

/** Whether it writes something of the drawing shown. */
export const meansShown = (act: Act): boolean =>
  typeof act === 'object' || act === 'accept' || act === 'skip' || act === 'flag';
