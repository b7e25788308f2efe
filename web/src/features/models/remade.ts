import type { Remaking } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';

type Again = NonNullable<Remaking['again']>;
type Change = Remaking['changed'][number];

/** Also of a number that is nearly nothing. */
const told = (value: number): string =>
  new Intl.NumberFormat(i18n.language, { maximumSignificantDigits: 3 }).format(value);

/** Figures of the two models, where they differ. */
function apart(name: string, [registered, again]: number[]): string[] {
  if (registered === undefined || again === undefined || registered === again) return [];
  return [i18n.t.models.remade.apart(name, told(registered), told(again))];
}

function differences(again: Again): string {
  const { t } = i18n;
  const words = t.models.remade;
  const found = [
    ...(again.differing > 0
      ? [words.weights(i18n.number(again.differing), i18n.number(again.numbers), told(again.furthest))]
      : []),
    ...(again.same_labels ? [] : [words.labels]),
    ...apart(t.models.strength, again.strength),
    ...apart(t.models.temperature, again.temperature),
    ...apart(t.models.unknownBelow, again.unknown_below),
  ];
  return found.length > 0 ? found.join('; ') : words.file;
}

/** What came of making it again, in sentences. */
export function remade({ same, same_drawings, learnt, found, changed_all, again }: Remaking): string[] {
  const words = i18n.t.models.remade;
  const gone = learnt - found;
  const sentences: string[] = [];
  if (!same_drawings) sentences.push(gone > 0 ? words.gone(i18n.number(gone), gone) : words.otherDrawings);
  if (!again) sentences.push(words.tooFew);
  else sentences.push(same ? words.same : words.differs(differences(again)));
  if (changed_all > 0) sentences.push(words.changed(i18n.number(changed_all), changed_all));
  return sentences;
}

/** "circle → star" */
export function changeOf({ then, now, reviewed, hidden }: Change): string {
  const words = i18n.t.models.remade;
  const before = i18n.tag(then);
  if (hidden) return words.hidden(before);
  return reviewed ? `${before} → ${i18n.tag(now)}` : words.unreviewed(before);
}
