/** Stops a launch in a frame that may not show the app's pages (LA-11). */
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';

/** Before its launch value is spent. @throws AppError 'launch.frame-not-allowed', which any frame may show. */
export function assertFrameAllowed({ frameAncestors }: Organization, isInFrame: boolean | undefined): void {
  if (isInFrame === true && frameAncestors.length === 0)
    throw new AppError('launch.frame-not-allowed', 'opened in a frame, and frameAncestors is empty');
}
