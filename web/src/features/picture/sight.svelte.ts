/** Which drawing's picture stands before the person's eyes: what is decided earlier was not meant for it. */
export class Sight {
  id = $state('');
  /** Its picture did not come. */
  lost = $state('');
  /** How often a picture was asked for again. */
  tries = $state(0);
  private since = Infinity;

  /** The picture came, and is painted with the next frame. */
  came(id: string, shown: () => string): void {
    requestAnimationFrame(() => {
      if (shown() !== id) return;
      this.since = performance.now();
      this.id = id;
      if (this.lost === id) this.lost = '';
    });
  }

  /** The picture that did not come is asked for once more. */
  tryAgain(): void {
    this.lost = '';
    ++this.tries;
  }

  /** Whether the person had the drawing in sight then, in milliseconds as events tell it (Event.timeStamp). */
  has(id: string, at = performance.now()): boolean {
    return this.id === id && at >= this.since;
  }
}
