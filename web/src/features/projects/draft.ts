import type { Access, NewProject, Project, ProjectChange } from '../../api/client';

export const accesses: readonly Access[] = ['everyone', 'link', 'users'];

/** What stands in the fields. */
export interface Draft {
  slug: string;
  name: string;
  guidelines: string;
  who_draws: Access;
  who_browses: Access;
  /** Drawings are kept so many days; empty, for ever. */
  retention_days: number | null;
  /** It goes back to the model before by itself. */
  rolls_back: boolean;
  /** A model is taught after so many reviews; 0, never; empty, as the server says. */
  teach_after: number | null;
  /** Such a model goes live by itself where it is better. */
  promotes_better: boolean;
  /** People who say what a drawing is; empty, one. */
  opinions_wanted: number | null;
}

export const blankDraft = (): Draft => ({
  slug: '',
  name: '',
  guidelines: '',
  who_draws: 'everyone',
  who_browses: 'everyone',
  retention_days: null,
  rolls_back: false,
  teach_after: null,
  promotes_better: false,
  opinions_wanted: 1,
});

export const draftOf = (project: Project): Draft => ({
  slug: project.slug,
  name: project.name,
  guidelines: project.guidelines,
  who_draws: project.who_draws,
  who_browses: project.who_browses,
  retention_days: project.retention_days,
  rolls_back: project.rolls_back,
  teach_after: project.teach_after,
  promotes_better: project.promotes_better,
  opinions_wanted: project.opinions_wanted,
});

/** What a name is called in addresses: "Chats noirs" as "chats-noirs". */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '');

export const newProject = (draft: Draft): NewProject => ({
  ...draft,
  name: draft.name.trim(),
  slug: draft.slug.trim(),
});

/** Only what differs. */
export function changeOf(project: Project, draft: Draft): ProjectChange {
  const change: ProjectChange = {};
  const name = draft.name.trim();
  if (name !== project.name) change.name = name;
  if (draft.guidelines !== project.guidelines) change.guidelines = draft.guidelines;
  if (draft.who_draws !== project.who_draws) change.who_draws = draft.who_draws;
  if (draft.who_browses !== project.who_browses) change.who_browses = draft.who_browses;
  if (draft.retention_days !== project.retention_days) change.retention_days = draft.retention_days;
  if (draft.rolls_back !== project.rolls_back) change.rolls_back = draft.rolls_back;
  if (draft.teach_after !== project.teach_after) change.teach_after = draft.teach_after;
  if (draft.promotes_better !== project.promotes_better) change.promotes_better = draft.promotes_better;
  const opinions = draft.opinions_wanted ?? 1;
  if (opinions !== project.opinions_wanted) change.opinions_wanted = opinions;
  return change;
}
