/** Who the EHR user is here: known, new, waiting or refused, decided at each launch (FU-07, ID-18, MT-02). */
import { withoutQuery } from '#src/adapters/database/index.ts';
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { EhrUser, Standing } from './clinician.ts';
import type { CliniciansDependencies } from './dependencies.ts';
import { type ClinicianDirectory, createClinicianDirectory } from './directory.ts';
import { type LaunchingUser, meet } from './find-or-create.ts';
import { type LearnedDetails, learn, recall } from './learned-details.ts';
import { type RedeemOutcome, redeem } from './redeem-code.ts';

/** What a launch is told. */
export type Admission =
  /** `clinicianId` is undefined when nobody could be asked and the organization lets everybody in. */
  | { kind: 'admitted'; clinicianId: string | undefined; isFirst: boolean }
  | { kind: 'waits'; standing: Exclude<Standing, { kind: 'linked' }> };

/** The clinicians of all organizations, as launches need them. */
export interface Clinicians extends Pick<ClinicianDirectory, 'standing'> {
  /**
   * At a launch: finds the clinician or, where the organization wants it so, makes one.
   *
   * While the database is away or slow, 'automatic' lets in whoever this process has not been told to refuse. It has been
   * told when the user came, or had a page open, since they were disabled or refused: one who was disabled and then
   * meets the outage at an instance that never saw them is let in, until the database answers their next page.
   *
   * @throws AppError 'user.disabled'; 'user.not-allowed' when the organization has as many EHR users as it may;
   *   'store.unavailable' when the database fails, the user was not known a moment ago
   *   and the organization does not let everybody in.
   */
  admit(organization: Organization, launching: LaunchingUser): Promise<Admission>;
  /** Ties the user to the clinician whose one-time code this is. @throws AppError 'store.unavailable' */
  redeem(organization: Organization, launching: LaunchingUser, code: string): Promise<RedeemOutcome>;
  /** What a page has read about its user, for the administrator's list. Never throws; waits for nothing. */
  learn(organizationId: string, user: EhrUser, details: LearnedDetails): void;
  /** What was learned at an earlier launch. Never rejects: undefined while the database does not answer. */
  recall(organizationId: string, user: EhrUser): Promise<LearnedDetails | undefined>;
  /** Resolves when everything learned is written or given up. */
  flush(): Promise<void>;
}

/** While everybody is let in, a launch does not wait longer than this to write down who it was. */
const PATIENCE_MS = 1_000;

/** One per process. */
export function createClinicians(deps: CliniciansDependencies): Clinicians {
  const { log } = deps;
  const directory = createClinicianDirectory(deps);
  const underWay = new Set<Promise<void>>();
  const inBackground = (work: Promise<unknown>) => {
    const done = work
      .then(() => undefined)
      .catch((error: unknown) => log.warn({ err: withoutQuery(error) }, 'a clinician could not be recorded'))
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };

  /** The database's word, or the last one while it is away. */
  const ask = async (
    organization: Organization,
    launching: LaunchingUser,
  ): Promise<[Standing, boolean] | undefined> => {
    const { id, userAssociation } = organization;
    const meeting = meet(deps, organization, launching).then(({ standing, isFirst }): [Standing, boolean] => {
      directory.note(id, launching.user, standing);
      return [standing, isFirst];
    });
    try {
      if (userAssociation !== 'automatic') return await meeting;
      inBackground(meeting);
      return await withPatience(meeting);
    } catch (error) {
      // The database answered: there is no room.
      if (error instanceof AppError) throw error;
      const known = directory.lastKnown(id, launching.user);
      if (known) return [known, false];
      if (userAssociation === 'automatic') return undefined;
      throw new AppError('store.unavailable', 'the EHR user cannot be looked up', { cause: withoutQuery(error) });
    }
  };

  return {
    standing: directory.standing,
    admit: async (organization, launching) => {
      const answer = await ask(organization, launching);
      if (!answer) return { kind: 'admitted', clinicianId: undefined, isFirst: false };
      const [standing, isFirst] = answer;
      if (standing.kind !== 'linked') return { kind: 'waits', standing };
      if (standing.isDisabled) throw new AppError('user.disabled', 'the clinician was disabled by an administrator');
      return { kind: 'admitted', clinicianId: standing.clinicianId, isFirst };
    },
    redeem: async (organization, launching, code) => {
      try {
        const outcome = await redeem(deps, organization.id, launching, code);
        if (outcome.kind === 'linked') {
          const { clinicianId } = outcome;
          directory.note(organization.id, launching.user, { kind: 'linked', clinicianId, isDisabled: false });
        }
        return outcome;
      } catch (error) {
        throw new AppError('store.unavailable', 'the code cannot be judged', { cause: withoutQuery(error) });
      }
    },
    learn: (organizationId, user, details) => inBackground(learn(deps, organizationId, user, details)),
    recall: (organizationId, user) => recall(deps, organizationId, user).catch(() => undefined),
    flush: async () => void (await Promise.all(underWay)),
  };
}

function withPatience<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the database is slow')), PATIENCE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
