/** Decides at each launch whether the EHR user is admitted, waits or is refused (FU-07, ID-18, MT-02). */
import { setTimeout } from 'node:timers/promises';
import { createBatchWriter } from '#src/adapters/database/batch-writer.ts';
import { withoutQuery } from '#src/adapters/database/index.ts';
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { CliniciansDependencies, EhrUser, Membership } from './clinician.ts';
import { isNothingNew, type LearnedDetails, learn, recall } from './clinician-details.ts';
import { type ClinicianDirectoryDependencies, createClinicianDirectory } from './clinician-directory.ts';
import { type LaunchTime, saveLaunchTimes } from './clinician-store.ts';
import { findOrCreate, hintsOf, type LaunchingUser, type Meeting } from './find-or-create.ts';
import { type RedeemOutcome, redeem } from './one-time-code.ts';

export type Admission =
  /** `clinicianId` is undefined when the database did not answer and the organization admits every user. */
  | { kind: 'admitted'; clinicianId: string | undefined; isFirst: boolean }
  | { kind: 'waits'; membership: Exclude<Membership, { kind: 'linked' }> };

export type Clinicians = ReturnType<typeof createClinicians>;

/** With automatic admission, a launch waits at most this long for its user to be recorded. */
const PATIENCE_MS = 1_000;

/** One per process. */
export function createClinicians(deps: CliniciansDependencies & Pick<ClinicianDirectoryDependencies, 'directory'>) {
  const { db, clock, log } = deps;
  const directory = createClinicianDirectory(deps);
  // For the administrator's list, in groups, so that no launch waits for it.
  const launches = createBatchWriter<LaunchTime>({
    size: 500,
    mostWaiting: 10_000,
    gatherMs: () => 1_000,
    merge: { keyOf: ({ organizationId, id }) => `${organizationId} ${id}` },
    write: (times) => saveLaunchTimes(db, times),
    lost: (times, err) => log.warn({ err, rows: times.length }, 'times of launches could not be written'),
  });
  const underWay = new Set<Promise<void>>();
  const inBackground = (work: Promise<unknown>) => {
    const done = work
      .then(() => undefined)
      .catch((error: unknown) => log.warn({ err: withoutQuery(error) }, 'a clinician could not be recorded'))
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };

  /** Asks the database; falls back to the last known answer while it is unavailable. */
  const ask = async (organization: Organization, launching: LaunchingUser): Promise<Meeting | undefined> => {
    const { id, userAssociation } = organization;
    const known = directory.known(id, launching.user);
    const hints = hintsOf(launching.user);
    if (known?.hints === hints && !known.membership.isDisabled) return { membership: known.membership, isFirst: false };
    const note = directory.asking(id, launching.user);
    const meeting = findOrCreate(deps, organization, launching).then((met) => {
      note(met.membership, { hints });
      return met;
    });
    try {
      if (userAssociation !== 'automatic') return await meeting;
      inBackground(meeting);
      return await Promise.race([meeting, failLater()]);
    } catch (error) {
      // The database answered that the organization has no room.
      if (error instanceof AppError) throw error;
      const membership = directory.lastKnown(id, launching.user);
      if (membership) return { membership, isFirst: false };
      if (userAssociation === 'automatic') return undefined;
      throw new AppError('store.unavailable', 'the EHR user cannot be looked up', { cause: withoutQuery(error) });
    }
  };

  return {
    membership: directory.membership,
    /**
     * Creates a clinician if admission is automatic. In an outage 'automatic' admits all but those known to be refused.
     * @throws AppError 'user.disabled'; 'user.not-allowed' at the maximum of EHR users; 'store.unavailable'
     */
    admit: async (organization: Organization, launching: LaunchingUser): Promise<Admission> => {
      const answer = await ask(organization, launching);
      if (!answer) return { kind: 'admitted', clinicianId: undefined, isFirst: false };
      const { membership, isFirst } = answer;
      if (membership.kind !== 'linked') return { kind: 'waits', membership };
      if (membership.isDisabled) throw new AppError('user.disabled', 'the clinician was disabled by an administrator');
      const { clinicianId } = membership;
      if (!isFirst) launches.add({ organizationId: organization.id, id: clinicianId, lastLaunchAt: clock() });
      return { kind: 'admitted', clinicianId, isFirst };
    },
    /** Links the user to the clinician of this one-time code. @throws AppError 'store.unavailable' */
    redeem: async (organization: Organization, launching: LaunchingUser, code: string): Promise<RedeemOutcome> => {
      try {
        const note = directory.asking(organization.id, launching.user);
        const outcome = await redeem(deps, organization.id, launching, code);
        if (outcome.kind === 'linked') note({ ...outcome, isDisabled: false });
        return outcome;
      } catch (error) {
        throw new AppError('store.unavailable', 'the code cannot be judged', { cause: withoutQuery(error) });
      }
    },
    /** Stores what a page read about its user, for the administrator's list. Never throws or waits. */
    learn: (organizationId: string, user: EhrUser, details: LearnedDetails): void => {
      const known = directory.known(organizationId, user);
      if (known?.learned && isNothingNew(details, known.learned)) return;
      const learning = learn(deps, organizationId, user, details);
      inBackground(known ? learning.then((stored) => void (known.learned = stored)) : learning);
    },
    /** Returns what an earlier launch learned. Never rejects: undefined while the database is unavailable. */
    recall: async (organizationId: string, user: EhrUser): Promise<LearnedDetails | undefined> => {
      const { learned } = directory.known(organizationId, user) ?? {};
      if (learned) return { ...learned, name: learned.name ?? user.name };
      return recall(deps, organizationId, user).catch(() => undefined);
    },
    /** Resolves when everything learned is written or given up. */
    flush: async (): Promise<void> => {
      await Promise.all(underWay);
      await launches.flush();
    },
  };
}

async function failLater(): Promise<never> {
  await setTimeout(PATIENCE_MS, undefined, { ref: false });
  throw new Error('the database is slow');
}
