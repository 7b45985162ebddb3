/** One request in a list: its words, and its table row, which is a card on narrow screens. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { textWithDays, withDayWords, withPastDayWords } from '#views/date-text.ts';
import type { IconName } from '#views/icons.ts';

/** One request in words a clinician reads. Every text is plain, bounded and not yet escaped; undefined = not given. */
export interface RequestRow {
  readonly id: string;
  readonly service: string;
  /** body site and quantity, where the EHR gave them */
  readonly detail?: string | undefined;
  readonly category: string | undefined;
  /** the beginning of the newest note of an open request, in quotation marks */
  readonly noted?: string | undefined;
  /** something that changes the meaning of the whole request, such as "Do not perform" */
  readonly caution: string | undefined;
  readonly status: RequestStatus & { readonly sinceText: string | undefined };
  readonly next: { readonly text: string; readonly isAction: boolean };
  /** whole days without news, where they are too many */
  readonly still: number | undefined;
  /** this app created it */
  readonly isOwn: boolean;
  /** where the request lives: "EHR order" */
  readonly source: string;
  /** undefined when routine */
  readonly priority: RequestPriority | undefined;
  readonly needed: string | undefined;
  /** the named providers, and how many more there are; they may not know of the request yet */
  readonly sentTo: { readonly names: readonly string[]; readonly more: number } | undefined;
  /** What providers have answered could not be read: it may have one that it does not name. */
  readonly isUnheard?: boolean | undefined;
  /** It asks no provider to do anything. */
  readonly isUnasked?: boolean | undefined;
  readonly requested: { readonly on: string | undefined; readonly by: string | undefined };
  readonly reason: { readonly first: string; readonly more: number } | undefined;
  /** requests that it replaces */
  readonly older?:
    | readonly {
        readonly id: string;
        readonly service: string;
        readonly isOpen: boolean;
        readonly said?: string | undefined;
      }[]
    | undefined;
}

/** A plain status word with its icon and the half of the page that it belongs to. */
export interface RequestStatus {
  readonly group: 'open' | 'closed';
  readonly word: string;
  readonly icon: IconName;
  /** what the word does not say, such as "reply unknown" */
  readonly note: string | undefined;
  /** a provider is named, not only a kind of provider */
  readonly hasProvider: boolean;
  /** still open although its needed day is over */
  readonly isOverdue: boolean;
}

/** How urgent: `level` chooses the colour, `word` is read. */
export interface RequestPriority {
  readonly level: 'stat' | 'asap' | 'urgent' | 'other';
  readonly word: string;
}

/**
 * One table row. The roles repeat what the elements mean, because CSS turns rows into cards on narrow screens. Optional
 * end tags are left out: a list has hundreds. @param query of the list's URL, for the way back.
 */
export function requestRow(row: RequestRow, query = '', mark?: string): SafeHtml {
  return html`<tr role=row${mark === undefined ? null : html` class=fresh`}><th role=rowheader>${mark === undefined ? null : html`<mark>${mark}</mark> `}${caution(row.caution)}${serviceLink(row, query)}${minor(row.detail)}${olderLine(row)}${chip(row.category)}${row.noted === undefined ? null : html` <q>${isolated(row.noted)}</q>`}<td role=cell>${statusOf(row)}<td role=cell>${nextStep(row, query)}<td role=cell>${priorityBadge(row)}<td role=cell>${row.needed === undefined ? null : withDayWords(row.needed)}<td role=cell>${providers(row)}<td role=cell>${requestedText(row.requested)}<td role=cell>${reasonText(row.reason)}`;
}

/** What a cell holds, in order; a text is not yet escaped. */
type Content = SafeHtml | string | null;

/** As `isResourceId`, except `new`, the path of the form; a request with another id has no page of its own. */
const ID = /^(?!(?:\.\.?|new)$)[A-Za-z0-9\-.]{1,128}$/;

/** A request by its service: a link if its id can lead to a page, otherwise plain words. */
export function requestLink(id: string, href: string, service: string): SafeHtml {
  return ID.test(id) ? html`<a href="${href}">${service}</a>` : plain(service);
}

const plain = (service: string) => html`<span>${service}</span>`;

/** The name of a row's link, to which the page of the request leads back. */
export function rowName(id: string): string {
  return `r-${id}`;
}

function serviceLink({ id, service }: RequestRow, query: string): SafeHtml {
  return ID.test(id) ? html`<a href="requests/${id}${query}" id=${rowName(id)}>${service}</a>` : plain(service);
}

/** The status word with its icon. A narrow card says "Overdue" only where the next step does not say it. */
export function statusOf(row: Pick<RequestRow, 'status' | 'source' | 'isOwn' | 'next'>): SafeHtml {
  const { status, source, isOwn, next } = row;
  const { note = '', sinceText = '' } = status;
  // The usual source is not mentioned.
  const origin = source !== 'EHR order' ? source : isOwn ? 'sent from here' : '';
  // A dot may end a line, and never begins one.
  // Only a change is of what the note says; the age of an order is not that of a reply.
  const [since, isChange] = [unbroken(sinceText), sinceText.startsWith('changed')];
  const words = (isChange ? [note, origin, since] : [since, note, origin])
    .filter((part) => part !== '')
    .join(' · ')
    .replaceAll(' ·', '\u00a0·');
  const overdue = status.isOverdue ? (/\blate\b/.test(next.text) ? OVERDUE : OVERDUE_UNSAID) : null;
  return html`${overdue}<b class=${status.icon}>${status.word}</b>${words === '' ? null : minor(words)}`;
}

const OVERDUE = html`<em>Overdue</em> `;
const OVERDUE_UNSAID = html`<em class=unsaid>Overdue</em> `;

/** A number does not break from its unit; the word before it may stand on the line above. */
function unbroken(since: string): string {
  return since.replaceAll(' ', '\u00a0').replace('changed\u00a0', 'changed ');
}

/** A step that concerns the older request, which has no row of its own, links to that request. */
function nextStep({ next, still, status, older }: RequestRow, query: string): Content[] {
  const open = next.isAction ? older?.find(({ isOpen, said }) => isOpen || said !== undefined) : undefined;
  const step = open ? requestLink(open.id, `requests/${open.id}${query}`, next.text) : next.text;
  return [next.isAction ? html`<b>${step}</b>` : step, stillFlag({ still, status })];
}

/** An overdue request has its own mark, so this one is left out. */
export function stillFlag({ still, status }: Pick<RequestRow, 'still' | 'status'>): SafeHtml | null {
  return still === undefined || status.isOverdue ? null : html` <em>${stillText(still)}</em>`;
}

/** "No movement for 13 days": the number is that of "13 d ago". */
export function stillText(days: number): string {
  const [count, unit] = days < 61 ? [days, 'day'] : days < 730 ? [days / 30.44, 'month'] : [days / 365.25, 'year'];
  return `No movement for ${Math.floor(count)} ${unit}${count < 2 ? '' : 's'}`;
}

/** Names the older request, and says so if it is still open, so that a service is not carried out twice. */
function olderLine({ older = [], service }: RequestRow): SafeHtml | null {
  const [first, ...others] = older;
  if (first === undefined) return null;
  const name =
    others.length > 0 ? `${older.length} requests` : first.service === service ? 'an earlier one' : first.service;
  const said = older.find((one) => one.said !== undefined)?.said;
  const marks = [older.some(({ isOpen }) => isOpen) ? ', still open' : '', said ? `, provider says “${said}”` : ''];
  return minor(`Replaces ${name}${marks.join('')}`);
}

const caution = (text?: string) => (text === undefined ? null : html`<em>${textWithDays(text)}</em> `);
const minor = (text?: string) => (text === undefined ? null : html` <small>${textWithDays(text)}</small>`);
const chip = (category?: string) => (category === undefined ? null : html` <i>${category}</i>`);

/** The priority of a request that is on hold or closed is shown without colour, because it is not urgent. */
export function priorityBadge({ priority, status }: Pick<RequestRow, 'priority' | 'status'>): SafeHtml | null {
  if (priority === undefined) return null;
  const presses = status.group === 'open' && status.icon !== 'hold';
  return html`<b class=${presses ? priority.level : 'other'}>${priority.word}</b>`;
}

/** What decides whether the page says that a provider is missing. */
type Unprovided = Pick<RequestRow, 'caution' | 'isUnasked' | 'isUnheard'> & {
  readonly status: Pick<RequestStatus, 'group' | 'hasProvider'>;
};

/** An open request that names no provider has none yet, whichever kind is asked for; what must not be done needs none. */
export function lacksProvider({ status, isUnasked, caution: words = '' }: Unprovided): boolean {
  return status.group === 'open' && !status.hasProvider && isUnasked !== true && !/do not perform/i.test(words);
}

/** Says no more than is known. */
export function noProvider({ isUnheard }: Pick<RequestRow, 'isUnheard'>): string {
  return isUnheard === true ? 'No provider named' : 'No provider yet';
}

function providers(row: Unprovided & Pick<RequestRow, 'sentTo'>): Content[] {
  const { sentTo } = row;
  const none = lacksProvider(row) ? html`<small>${noProvider(row)}</small>` : null;
  if (sentTo === undefined) return [none];
  const names = sentTo.names.flatMap((name, index) => [index === 0 ? null : '; ', isolated(name)]);
  return [...names, moreNote(sentTo.more), none && ' ', none];
}

function requestedText({ on, by }: RequestRow['requested']): Content[] {
  const who = by === undefined ? null : html` <small>by ${isolated(by)}</small>`;
  return [on === undefined ? html`<small>Date not given${who && ','}</small>` : withPastDayWords(on), who];
}

function reasonText(reason: RequestRow['reason']): Content[] {
  return reason === undefined ? [] : [isolated(reason.first), moreNote(reason.more)];
}

/** Scripts that are written from right to left: only beside such a text can other texts be reordered. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

function isolated(text: string): SafeHtml | string {
  return RIGHT_TO_LEFT.test(text) ? html`<bdi>${textWithDays(text)}</bdi>` : textWithDays(text);
}

function moreNote(count: number): SafeHtml | null {
  return count === 0 ? null : html` <i>+${count} more</i>`;
}
