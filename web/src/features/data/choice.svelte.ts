import type { Chosen } from './chosen';
import { nothingSaid } from './import';

/**
 * What is chosen to be imported, and how. It stays while the person looks elsewhere in the page, as for a label that is
 * missing, until it is imported, and is nobody else's who signs in.
 */
export class ImportChoice {
  form = $state({ ...nothingSaid });
  files = $state.raw<readonly Chosen[]>([]);
  private by: string | null = null;
  private sent = false;

  /** Goes on with what this person chose, and did not send to be imported yet. */
  resume(by: string): void {
    const other = this.by !== by;
    if (other) this.form = { ...nothingSaid };
    if (other || this.sent) this.files = [];
    this.by = by;
    this.sent = false;
  }

  choose(files: readonly Chosen[]): void {
    this.files = files;
    this.sent = false;
  }

  /** It is imported, and not only tried. */
  imported(): void {
    this.sent = true;
  }
}

export const importChoice = new ImportChoice();
