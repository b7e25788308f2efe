import type { Model, Remaking } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';

type Again = NonNullable<Remaking['again']>;
type Otherwise = NonNullable<Remaking['otherwise']>;
type Change = Remaking['changed'][number];

/** Of a taught model and of a trained one. */
export type RemakeKind = 'remake' | 'retrain';

/** How the model may be made again; null where its lineage does not say how. */
export function remakeKindOf({
  kind,
  lineage,
}: Pick<Model, 'kind'> & { lineage: object }): RemakeKind | null {
  if (kind === 'head') return 'remake';
  return 'network_sha256' in lineage ? 'retrain' : null;
}

/** Whether it was trained here by a program that wrote down too little of how. */
export function wasTrainedBefore({ kind, lineage }: Pick<Model, 'kind'> & { lineage: object }): boolean {
  return kind !== 'head' && 'steps' in lineage && !('network_sha256' in lineage);
}

/** Also of a number that is nearly nothing. */
const told = (value: number): string =>
  new Intl.NumberFormat(i18n.language, { maximumSignificantDigits: 3 }).format(value);

/** Figures of the two models, where they differ. */
function apart(name: string, [registered, again]: number[] = []): string[] {
  if (registered === undefined || again === undefined || registered === again) return [];
  return [i18n.t.models.remade.apart(name, told(registered), told(again))];
}

/** Of the head: a network that was trained as a whole has none. */
function headDifferences(again: Again): string[] {
  const { t } = i18n;
  const words = t.models.remade;
  const { differing = 0, numbers = 0, furthest = 0, same_labels = true } = again;
  return [
    ...(differing > 0 ? [words.weights(i18n.number(differing), i18n.number(numbers), told(furthest))] : []),
    ...(same_labels ? [] : [words.labels]),
    ...apart(t.models.strength, again.strength),
    ...apart(t.models.temperature, again.temperature),
    ...apart(t.models.unknownBelow, again.unknown_below),
  ];
}

function differences(again: Again, otherwise: Otherwise): string {
  const words = i18n.t.models.remade;
  const of_head = headDifferences(again);
  const names: Partial<Record<string, string>> = words.otherwise;
  return [
    ...(of_head.length > 0 ? of_head : [words.file]),
    ...otherwise.map(({ what, then, now }) => words.apart(names[what] ?? what, then, now)),
  ].join('; ');
}

/** What came of making it again, by a job of this kind, in sentences. */
export function remade(
  { same, same_drawings, learnt, found, changed_all, again, otherwise = [] }: Remaking,
  kind: RemakeKind,
): string[] {
  const words = i18n.t.models.remade;
  const gone = learnt - found;
  const sentences: string[] = [];
  if (!same_drawings) sentences.push(gone > 0 ? words.gone(i18n.number(gone), gone) : words.otherDrawings);
  if (!again) sentences.push(kind === 'remake' ? words.tooFew : words.notTrained);
  else sentences.push(same ? words.same : words.differs(differences(again, otherwise)));
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
