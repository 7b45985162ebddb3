/** The props of the bar at the top of every page of a launch. */
import type { Request } from 'express';
import type { Config } from '#src/config/index.ts';
import { csrfToken } from '#src/http/csrf.ts';
import type { LaunchCookies } from '#src/launches/session/cookies.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { UserReading } from './user-reading.ts';

export interface BarDependencies {
  config: Pick<Config, 'environment'>;
  launchCookies: Pick<LaunchCookies, 'launches'>;
}

/** Waits a tenth of a second at most: name and role are shown if they are known by then. */
export async function clinicianBarOf(
  { config, launchCookies }: BarDependencies,
  request: Request,
  { launch, cookieSecret, user }: { launch: Launch; cookieSecret: string; user: Pick<UserReading, 'soon'> },
) {
  const { name, role, isPending } = await user.soon();
  return {
    base: `/launches/${launch.id}`,
    userName: name,
    userRole: role,
    isUserPending: isPending,
    environmentLabel: config.environment === 'production' ? undefined : 'Non-production',
    csrfToken: csrfToken(cookieSecret),
    hasOthers: launchCookies.launches(request).length > 1,
  };
}
