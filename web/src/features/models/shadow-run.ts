import type { Job, Model } from '../../api/client';
import { slug } from '../../api/project';
import { recall, remember } from '../../util/local-storage';

const key = `shadow.${slug}`;

/** Notes which model is compared by this job: a job itself does not tell, and a project has one such at a time. */
export const noteRun = ({ id }: Job, model: Model): void => remember(key, JSON.stringify([model.id, id]));

/** The job by which the model was last compared, as far as this browser knows. */
export function runOf(model: Model): string | null {
  try {
    const noted: unknown = JSON.parse(recall(key) ?? 'null');
    const [of, job] = Array.isArray(noted) ? (noted as unknown[]) : [];
    return of === model.id && typeof job === 'string' ? job : null;
  } catch {
    return null;
  }
}
