/** What an administrator can end in Settings > Live launches, and the question before each (RF-16). */
import type { Request } from 'express';
import type { Adapters } from '#src/adapters.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { queryOf } from '#src/http/request-values.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { actorOf } from '#src/http/sessions/signed-in-user.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';

export interface LiveLaunchesDependencies extends Pick<Adapters, 'clock'> {
  store: Pick<OrganizationStore, 'find' | 'list'>;
  launches: Pick<LaunchStore, 'live' | 'reopen'>;
  endings: LaunchEndings;
  afterPost: AfterPost;
}

export const EFFECT =
  'Each page closes at its next click, the tokens are revoked at the EHR, and its user has to open the app again from the chart.';

type Asked = { question: string; subject: string; button: string; fields: Record<string, string> } | undefined;
type On<Answer> = (deps: LiveLaunchesDependencies, request: Request, organization: Organization) => Promise<Answer>;

/** What each address ends. The question names how many launches, and whose; undefined when none is open any more. */
export const ENDS: Readonly<Record<string, { questionOf: On<Asked>; end: On<number> }>> = {
  end: {
    questionOf: async (deps, request, organization) => {
      const launch = queryOf(request).get('launch') ?? '';
      const found = await openedIn(deps, organization, launch);
      const subject = found?.user.name ?? 'a user without a name';
      return found && { question: 'End the launch of', subject, button: 'End it', fields: { launch } };
    },
    end: async (deps, request, organization) => {
      const found = await openedIn(deps, organization, fieldOf(request, 'launch', 'id'));
      return found ? deps.endings.end([found.id], 'administrator', organization, actorOf(request)) : 0;
    },
  },
  'end-all': {
    questionOf: async (deps, _request, { id, name }) => {
      const count = await deps.launches.live.count(id, deps.clock());
      const button = `End ${count === 1 ? '1 launch' : `all ${count} launches`}`;
      return count === 0 ? undefined : { question: `${button} of`, button, subject: name, fields: {} };
    },
    end: async ({ endings }, request, organization) => endings.endOf(organization, 'administrator', actorOf(request)),
  },
};

/** MT-01: a launch of another organization counts as not found. */
async function openedIn({ launches }: LiveLaunchesDependencies, { id }: Organization, launchId: string) {
  const launch = (await launches.reopen(launchId))?.launch;
  return launch?.organizationId === id ? launch : undefined;
}
