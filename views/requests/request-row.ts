/** What one request shows, and its table row: a line on wide screens, a card on narrow ones. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type IconName, icon } from '#views/icons.ts';

/** One request in words a clinician reads. Every text is plain, bounded and not yet escaped; undefined = not given. */
export interface RequestRow {
  readonly id: string;
  readonly service: string;
  /** body site and quantity, where the EHR gave them */
  readonly detail?: string | undefined;
  readonly category: string | undefined;
  /** something that changes the meaning of the whole request, such as "Do not perform" */
  readonly caution: string | undefined;
  readonly status: RequestStatus & { readonly sinceText: string | undefined };
  /** where the request lives: "EHR order" */
  readonly source: string;
  /** undefined when routine: everything else is worth a look */
  readonly priority: RequestPriority | undefined;
  readonly needed: string | undefined;
  /** who is to carry it out, and how many more there are; that they have heard of it is not said */
  readonly sentTo: { readonly names: readonly string[]; readonly more: number } | undefined;
  readonly requested: { readonly on: string | undefined; readonly by: string | undefined };
  readonly reason: { readonly first: string; readonly more: number } | undefined;
}

/** A plain status word with the picture and the half of the page it belongs to. */
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

/** The columns in order; the words are also the labels inside the cards. */
export const requestColumns = ['Service', 'Status', 'Priority', 'Needed', 'Provider', 'Requested', 'Reason'] as const;

/**
 * One table row. The ARIA roles repeat what the elements mean, because CSS turns rows into cards on narrow screens and
 * browsers then forget that it is a table.
 */
export function requestRow(row: RequestRow): SafeHtml {
  return html`<tr role="row">
<th role="rowheader" scope="row" class="cell-service">${cautionBadge(row.caution)}<bdi>${row.service}</bdi>${row.detail === undefined ? null : html` <span class="minor"><bdi>${row.detail}</bdi></span>`}${chip(row.category)}</th>
${cell('Status', 'status', html`${overdueBadge(row.status)}<span class="status status-${row.status.group}">${icon(row.status.icon)} ${row.status.word}</span> <span class="minor">${statusNote(row)}</span>`)}
${cell('Priority', 'priority', priorityBadge(row.priority), 'Routine')}
${cell('Needed', 'needed', row.needed === undefined ? undefined : dates(row.needed))}
${cell('Provider', 'provider', providers(row))}
${cell('Requested', 'requested', requestedText(row.requested))}
${cell('Reason', 'reason', reasonText(row.reason))}
</tr>
`;
}

/** An empty cell is a dash in a column and nothing at all in a card. */
function cell(
  label: (typeof requestColumns)[number],
  name: string,
  content: SafeHtml | undefined,
  emptyWord = 'Not given',
): SafeHtml {
  const shown =
    content ?? html`<span class="minor" aria-hidden="true">–</span><span class="visually-hidden">${emptyWord}</span>`;
  const emptyClass = content === undefined ? ' is-empty' : '';
  return html`<td role="cell" data-label="${label}" class="cell-${name}${emptyClass}"><div>${shown}</div></td>`;
}

function cautionBadge(caution: string | undefined): SafeHtml | null {
  return caution === undefined ? null : html`<span class="caution">${icon('warning')} ${caution}</span> `;
}

function chip(category: string | undefined): SafeHtml | null {
  return category === undefined ? null : html` <span class="chip"><bdi>${category}</bdi></span>`;
}

function overdueBadge({ isOverdue }: RequestRow['status']): SafeHtml | null {
  return isOverdue ? html`<span class="overdue">${icon('warning')} Overdue</span> ` : null;
}

function statusNote({ status, source }: RequestRow): string {
  return [status.note, source, status.sinceText].filter((part) => part !== undefined).join(' · ');
}

function priorityBadge(priority: RequestPriority | undefined): SafeHtml | undefined {
  return priority && html`<span class="priority priority-${priority.level}">${priority.word}</span>`;
}

/** A date must not break at its hyphens. */
function dates(text: string): SafeHtml {
  const parts = text.split(/(\d{4}-\d\d-\d\d)/);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<span class="date">${part}</span>` : part))}`;
}

/** An open request that names no provider has none yet, whichever kind is asked for. */
function providers({ sentTo, status }: RequestRow): SafeHtml | undefined {
  const isWaiting = status.group === 'open' && !status.hasProvider;
  const none = isWaiting ? html`<span class="minor">No provider yet</span>` : undefined;
  if (sentTo === undefined) return none;
  const names = sentTo.names.map((name, index) => html`${index === 0 ? null : '; '}<bdi>${name}</bdi>`);
  return html`${names}${moreNote(sentTo.more)}${none === undefined ? null : html` ${none}`}`;
}

function requestedText(requested: RequestRow['requested']): SafeHtml {
  const by = requested.by === undefined ? null : html` <span class="minor">by <bdi>${requested.by}</bdi></span>`;
  return html`${requested.on === undefined ? html`<span class="minor">Date not given</span>` : dates(requested.on)}${by}`;
}

function reasonText(reason: RequestRow['reason']): SafeHtml | undefined {
  return reason === undefined ? undefined : html`<bdi>${reason.first}</bdi>${moreNote(reason.more)}`;
}

function moreNote(count: number): SafeHtml | null {
  return count === 0 ? null : html` <span class="more">+${count} more</span>`;
}
