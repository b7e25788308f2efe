import type { Access, NewProject, Project, ProjectChange } from '../../api/client';

export const accesses: readonly Access[] = ['everyone', 'link', 'users'];

/** What stands in the fields. */
export interface Draft {
  slug: string;
  name: string;
  guidelines: string;
  who_draws: Access;
  who_browses: Access;
}

export const blankDraft = (): Draft => ({
  slug: '',
  name: '',
  guidelines: '',
  who_draws: 'everyone',
  who_browses: 'everyone',
});

export const draftOf = ({ slug, name, guidelines, who_draws, who_browses }: Project): Draft => ({
  slug,
  name,
  guidelines,
  who_draws,
  who_browses,
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
  return change;
}
