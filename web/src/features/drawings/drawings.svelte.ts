import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import { i18n } from '../../i18n/i18n.svelte';
import {
  publicApi,
  settle,
  type Answer,
  type Drawing,
  type DrawingDetail,
  type DrawingPage,
  type Label,
} from '../../api/client';
import type { Problem } from '../../api/problem';
import { projects } from '../projects/projects.svelte';
import { annotatorApi } from '../session/session.svelte';
import { newUuid } from '../../util/uuid';
import { releaseClaim } from './claims';
import { admits, noFilter, queryOf, restricted, type Filter, type ListQuery } from './filter';

/** The suspects are reviewed drawings that are likely mistakes, to be looked at once more. */
export type Source = 'public' | 'annotator' | 'queue' | 'suspects';
export const page_size = 24;

type Asked = ListQuery & { limit: number; cursor?: string };

function pageOf(source: 'public' | 'annotator', query: Asked): Promise<Answer<DrawingPage>> {
  const params = { params: { query } };
  return source === 'public'
    ? settle(publicApi.GET('/api/v1/public/drawings', params))
    : settle(annotatorApi.GET('/api/v1/drawings', params));
}

const most_held = 50; // the API's limit
const most_passed = 200; // the API's limit
const most_suspects = 200; // the API's limit
/** Stands for the page that follows one of the queue, which has no cursor. */
const more_waits = 'more';

/** Whether it is reviewed, or this person has said what it is and others are asked. A disputed one waits for anybody. */
export const isAnswered = ({ tagged_by, opinion, disputed }: Drawing): boolean =>
  tagged_by !== null || (opinion !== undefined && !disputed);

/** What this person says of a drawing, or else what stands. */
export const saidOf = ({ tag, opinion }: Drawing): string => opinion ?? tag;

/** A list of drawings, page by page. */
export class DrawingList {
  items = $state<Drawing[]>([]);
  labels = $state<Label[]>([]);
  filter = $state.raw<Filter>(noFilter);
  loading = $state(false);
  problem = $state<Problem | null>(null);
  /** undefined before the first page came, null after the last. */
  next = $state<string | null | undefined>(undefined);
  source = $state<Source>('public');
  /** One that is looked at beside the list: it may be on none of the pages that came. */
  private beside = $state<Drawing | null>(null);
  private asked = 0;
  private counted = 0;
  private coming: Promise<number> = Promise.resolve(0);
  private wanted = '';
  /** Those of the queue that the person passed over; they go to others. */
  readonly passed = new SvelteSet<string>();
  /** Of the suspects, what their look-alikes are, and when they were reviewed. */
  private suspected = new SvelteMap<string, { suggested: string; tagged_at: string | null }>();
  /** The import whose drawings alone the queue gives. */
  importJob: string | null = null;
  /** What holds the queue's drawings for this list, so that nobody else is given them. */
  private claim: string | null = null;

  constructor(source: Source) {
    this.source = source;
  }

  /** Starts anew, of another source or with another filter; the queue, of all or of one import. */
  async show(source: Source, filter: Filter = noFilter, importJob: string | null = null): Promise<void> {
    const turn = ++this.asked; // an answer that is on its way belongs to what was shown before
    const released = this.release();
    this.importJob = source === 'queue' ? importJob : null;
    if (source === 'queue') this.claim = newUuid();
    this.passed.clear();
    this.source = source;
    this.filter = source === 'queue' || source === 'suspects' ? noFilter : restricted(filter, source);
    this.suspected.clear();
    this.items = [];
    this.next = undefined;
    this.loading = false;
    const counted = this.count();
    // What the former claim holds, the next one is not given.
    if (source === 'queue' && released !== null) await released;
    if (turn === this.asked) await this.more();
    await counted;
  }

  /** The next page, which may be on its way already; how many drawings came. */
  more(): Promise<number> {
    if (this.loading) return this.coming;
    if (this.next === null) return Promise.resolve(0);
    this.coming = this.readMore();
    return this.coming;
  }

  private async readMore(): Promise<number> {
    const turn = ++this.asked;
    this.loading = true;
    this.problem = null;
    let answer = await this.page();
    // What is rare may be pages away: those before it are empty.
    while (
      turn === this.asked &&
      answer.ok &&
      answer.data.drawings.length === 0 &&
      answer.data.next !== null
    ) {
      this.next = answer.data.next;
      answer = await this.page();
    }
    if (turn !== this.asked) return 0;
    this.loading = false;
    if (!answer.ok) {
      this.problem = answer.problem;
      return 0;
    }
    const known = new Set(this.items.map((drawing) => drawing.id));
    const fresh = answer.data.drawings.filter((drawing) => !known.has(drawing.id));
    this.items.push(...fresh);
    this.next = this.source === 'queue' && fresh.length === 0 ? null : answer.data.next;
    return fresh.length;
  }

  private page(): Promise<Answer<DrawingPage>> {
    if (this.source === 'queue') return this.hold(page_size);
    if (this.source === 'suspects') return this.suspects();
    return pageOf(this.source, { ...queryOf(this.filter), limit: page_size, cursor: this.next ?? undefined });
  }

  private async suspects(): Promise<Answer<DrawingPage>> {
    const params = { query: { limit: most_suspects } };
    const answer = await settle(annotatorApi.GET('/api/v1/quality/suspects', { params }));
    if (!answer.ok) return answer;
    const { suspects } = answer.data;
    for (const { id, suggested, tagged_at } of suspects) this.suspected.set(id, { suggested, tagged_at });
    return { ...answer, data: { drawings: suspects, next: null } };
  }

  /** Whether its drawings are decided one after another, as those of the queue and likely mistakes are. */
  get oneByOne(): boolean {
    return this.source === 'queue' || this.source === 'suspects';
  }

  /** What the look-alikes of one of the suspects are. */
  suggested(id: string): string | null {
    return this.suspected.get(id)?.suggested ?? null;
  }

  /** Holds so many drawings of the queue beside those that are here and wait still. */
  private async hold(more: number): Promise<Answer<DrawingPage>> {
    const limit = Math.max(1, Math.min(most_held, this.items.filter(this.waits).length + more));
    const params = { path: { id: this.claim ?? '' } };
    const passed = [...this.passed].slice(-most_passed);
    const body = {
      limit,
      ...(passed.length > 0 ? { passed } : {}),
      ...(this.importJob !== null ? { import: this.importJob } : {}),
    };
    const answer = await settle(annotatorApi.PUT('/api/v1/queue/claims/{id}', { params, body }));
    if (!answer.ok) return answer;
    const { drawings } = answer.data;
    return { ...answer, data: { drawings, next: drawings.length < limit ? null : more_waits } };
  }

  /** Whether nothing is to be decided of a drawing: a suspect is looked at once more. */
  readonly settled = (drawing: Drawing): boolean => {
    const suspect = this.suspected.get(drawing.id);
    return suspect ? drawing.tagged_at !== suspect.tagged_at : isAnswered(drawing);
  };

  /** Whether a drawing waits for this person's decision. */
  readonly waits = (drawing: Drawing): boolean =>
    !this.settled(drawing) && !drawing.disputed && !this.passed.has(drawing.id);

  /** Leaves a drawing of the queue to others: this person is not given it again. */
  pass(drawing: Drawing): void {
    this.passed.add(drawing.id);
    if (this.source === 'queue' && this.next === null) this.next = more_waits;
    void this.renew();
  }

  /** Asks the queue once more after it gave nothing; how many drawings came free. A failure changes nothing. */
  async lookAgain(): Promise<number> {
    if (this.claim === null || this.loading || this.next !== null) return 0;
    const turn = ++this.asked;
    const answer = await this.hold(page_size);
    if (turn !== this.asked || !answer.ok) return 0;
    const known = new Set(this.items.map((drawing) => drawing.id));
    const fresh = answer.data.drawings.filter((drawing) => !known.has(drawing.id));
    this.items.push(...fresh);
    if (fresh.length > 0) this.next = answer.data.next;
    return fresh.length;
  }

  /** Keeps what the queue gave for longer. Where that fails, others may be given it. */
  async renew(): Promise<void> {
    if (this.claim !== null) await this.hold(0);
  }

  /** Lets others have what the queue gave, as releaseClaim() does; null where it gave nothing. */
  release(saved?: Promise<unknown>): Promise<unknown> | null {
    const { claim } = this;
    this.claim = null;
    return claim === null ? null : releaseClaim(claim, saved);
  }

  async count(): Promise<void> {
    const turn = ++this.counted;
    const answer = await this.readLabels();
    if (!answer.ok || turn !== this.counted) return;
    this.labels = answer.data.labels;
    i18n.learn(this.labels);
  }

  private async readLabels(): Promise<Answer<{ labels: Label[] }>> {
    const own = () => settle(annotatorApi.GET('/api/v1/labels'));
    if (projects.closed) return own();
    const answer = await settle(publicApi.GET('/api/v1/public/labels'));
    // Whoever signed in by a link is here before it is known that the project is closed to others.
    const refused = !answer.ok && [401, 403, 404].includes(answer.problem.status);
    return refused && this.source !== 'public' ? own() : answer;
  }

  /** The tags that a drawing may be given: what the project has. */
  get assignable(): string[] {
    return this.labels.filter((label) => label.assignable).map((label) => label.tag);
  }

  /** The project's own key of a label, where it has one. */
  keyOf(tag: string): string | null {
    return this.labels.find((label) => label.tag === tag)?.key ?? null;
  }

  /** The newest version known of a drawing. */
  find(id: string): Drawing | null {
    return this.items.find((known) => known.id === id) ?? (this.beside?.id === id ? this.beside : null);
  }

  /** Fetches a drawing that is not in the list, so that find() knows it, also when the list starts anew. */
  async lookUp(id: string): Promise<Problem | null> {
    this.wanted = id;
    const known = this.find(id);
    if (known) {
      this.beside = known;
      return null;
    }
    const answer = await this.read(id);
    if (!answer.ok) return answer.problem;
    if (this.wanted === id && !this.find(id)) this.beside = answer.data;
    return null;
  }

  /** Annotators see what is hidden too. */
  read(id: string): Promise<Answer<DrawingDetail>> {
    const params = { params: { path: { id } } };
    return this.source === 'public'
      ? settle(publicApi.GET('/api/v1/public/drawings/{id}', params))
      : settle(annotatorApi.GET('/api/v1/drawings/{id}', params));
  }

  /** One that was deleted, or that this list does not show any more. */
  remove(id: string): void {
    const gone = this.find(id);
    if (!gone) return;
    this.recount(gone.tag, -1);
    this.items = this.items.filter((drawing) => drawing.id !== id);
    if (this.beside?.id === id) this.beside = null;
  }

  /** A drawing that was just stored. */
  add(drawing: Drawing): void {
    if (this.items.some((known) => known.id === drawing.id)) return;
    const label = this.labels.find((known) => known.tag === drawing.tag);
    if (label) ++label.drawings;
    else void this.count();
    if (admits(this.filter, drawing)) this.items.unshift(drawing);
  }

  /**
   * A drawing that was changed from `before`; it stays in sight, whatever the filter says. An answer that comes after
   * that to a later change tells nothing new.
   */
  replace(drawing: Drawing, before: Drawing): void {
    const at = this.items.findIndex((known) => known.id === drawing.id);
    const known = this.find(drawing.id) ?? before;
    if (drawing.version < known.version) return;
    this.recount(known.tag, -1);
    this.recount(drawing.tag, 1);
    if (at >= 0) this.items[at] = drawing;
    // Whoever reviewed what was held may hold more.
    if (this.source === 'queue' && this.next === null && !this.waits(drawing)) this.next = more_waits;
    if (this.beside?.id === drawing.id) this.beside = drawing;
  }

  private recount(tag: string, by: number): void {
    const label = this.labels.find((known) => known.tag === tag);
    if (label) label.drawings = Math.max(0, label.drawings + by);
  }
}
