/** Whom the users of an organization call. */
import type { HelpDesk } from '#views/support-line.ts';
import type { OrganizationSettings } from './organization.ts';

type Settings = Pick<OrganizationSettings, 'helpDeskName' | 'helpDeskTelephone' | 'helpDeskUrl'>;

/** @returns undefined while the organization has set nothing of it. */
export function helpDeskOf({ helpDeskName, helpDeskTelephone, helpDeskUrl }: Settings): HelpDesk | undefined {
  if (helpDeskName + helpDeskTelephone + helpDeskUrl === '') return undefined;
  return {
    name: helpDeskName || undefined,
    telephone: helpDeskTelephone || undefined,
    url: helpDeskUrl || undefined,
  };
}
