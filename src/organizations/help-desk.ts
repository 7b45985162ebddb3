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

/** What a text calls `{help desk}`: the organization's own, by its name. @param text of ours. */
export function withHelpDesk(text: string, { helpDeskName }: Pick<Settings, 'helpDeskName'>): string {
  return text.replaceAll('{help desk}', helpDeskName || HELP_DESK);
}

/** Where the organization has named none, as on error pages. */
export const HELP_DESK = 'your help desk';
