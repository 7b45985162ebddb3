/** Stops a launch in a frame that may not show the app's pages (LA-11). */
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';

/**
 * If no page may frame the app, a framed launch would stay blank. It stops before the EHR's launch value is spent.
 * @param isInFrame as the browser reports; undefined when it does not.
 * @throws AppError 'launch.frame-not-allowed', whose page may be shown in any frame.
 */
export function assertFrameAllowed({ frameAncestors }: Organization, isInFrame: boolean | undefined): void {
  if (isInFrame === true && frameAncestors.length === 0)
    throw new AppError('launch.frame-not-allowed', 'opened in a frame, and frameAncestors is empty');
}
