import { SvelteSet } from 'svelte/reactivity';

/** Which drawings of a list a person has picked, by their ids. */
export class Selection {
  private picked = new SvelteSet<string>();
  /** The one picked last, from which a range goes. */
  private last: string | null = null;

  has(id: string): boolean {
    return this.picked.has(id);
  }

  get size(): number {
    return this.picked.size;
  }

  /** Picks one, or not any more; with `range`, all between it and the one before, in the list's order. */
  set(id: string, on: boolean, range: boolean, order: readonly string[]): void {
    const [from, to] = [order.indexOf(this.last ?? ''), order.indexOf(id)];
    const meant =
      range && from >= 0 && to >= 0 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const each of meant) this.put(each, on);
    this.last = id;
  }

  all(order: readonly string[]): void {
    for (const id of order) this.put(id, true);
  }

  clear(): void {
    this.picked.clear();
    this.last = null;
  }

  private put(id: string, on: boolean): void {
    if (on) this.picked.add(id);
    else this.picked.delete(id);
  }
}
