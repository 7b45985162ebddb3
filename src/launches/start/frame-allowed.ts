/** May the browser show in its frame what a launch leads to (LA-11)? */
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';

/**
 * A frame that no EHR page may show stays empty to its end: the launch stops before anything of the EHR's is spent.
 *
 * @param isInFrame as the browser says; undefined when it does not.
 * @throws AppError 'launch.frame-not-allowed', whose page may be shown in any frame.
 */
export function assertFrameAllowed({ frameAncestors }: Organization, isInFrame: boolean | undefined): void {
  if (isInFrame === true && frameAncestors.length === 0)
    throw new AppError('launch.frame-not-allowed', 'opened in a frame, and frameAncestors is empty');
}
