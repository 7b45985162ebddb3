/** Cookies that note why launches ended, so that another tab of the same launch can say so. */
import type { Request, Response } from 'express';
import type { Cookies } from '#src/http/cookies.ts';
import { type EndReason, endReasons } from './end-reasons.ts';
import { REASON_KEPT_MS } from './ended-launches.ts';
import type { LaunchOrigin } from './fit-page.ts';
import type { LaunchKind } from './launch.ts';

const PREFIX = { ehr: 'ended-', standalone: 'standalone-ended-' } as const satisfies Record<LaunchKind, string>;
const KINDS = ['ehr', 'standalone'] as const;
/** Browsers keep few cookies for a framed site, and open launches need them. */
const MOST_PER_BROWSER = 5;

/** A note proves nothing: it only decides the text of a page and which EHR may frame it. */
export function createEndedNotes(cookies: Record<LaunchKind, Cookies>) {
  return {
    leave: (
      request: Request,
      response: Response,
      ended: readonly (LaunchOrigin & { id: string })[],
      reason: EndReason,
    ): void => {
      const notes = ended.slice(-MOST_PER_BROWSER);
      const older = KINDS.flatMap((kind) =>
        [...cookies[kind].read(request).keys()]
          .filter((name) => name.startsWith(PREFIX[kind]))
          .map((name) => ({ kind, name })),
      );
      const surplus = Math.max(0, older.length + notes.length - MOST_PER_BROWSER);
      for (const { kind, name } of older.slice(0, surplus)) cookies[kind].clear(response, name);
      for (const { id, kind, organizationId } of notes)
        cookies[kind].set(response, `${PREFIX[kind]}${id}`, `${reason}:${organizationId}`, REASON_KEPT_MS);
    },
    read: (request: Request, launchId: string): (LaunchOrigin & { reason: EndReason }) | undefined => {
      for (const kind of KINDS) {
        const note = cookies[kind].read(request).get(`${PREFIX[kind]}${launchId}`);
        const [noted, organizationId] = note?.split(':') ?? [];
        const reason = endReasons.find((one) => one === noted);
        if (note !== undefined) return reason && organizationId ? { reason, kind, organizationId } : undefined;
      }
      return undefined;
    },
  };
}
