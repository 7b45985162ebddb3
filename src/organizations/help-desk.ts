/** The help desk of an organization. */
import type { HelpDesk } from '#views/support-line.ts';
import type { OrganizationSettings } from './organization.ts';

type Settings = Pick<OrganizationSettings, 'helpDeskName' | 'helpDeskTelephone' | 'helpDeskUrl'>;

/** @returns undefined while the organization has not set any part of it. */
export function helpDeskOf({ helpDeskName, helpDeskTelephone, helpDeskUrl }: Settings): HelpDesk | undefined {
  if (helpDeskName + helpDeskTelephone + helpDeskUrl === '') return undefined;
  return { name: helpDeskName || undefined, telephone: helpDeskTelephone || undefined, url: helpDeskUrl || undefined };
}

/** Replaces `{help desk}` by the name of the organization's help desk. @param text one of our own texts. */
export function withHelpDesk(text: string, { helpDeskName }: Pick<Settings, 'helpDeskName'>): string {
  return text.replaceAll('{help desk}', helpDeskName || HELP_DESK);
}

/** The default if the organization has named none, as on error pages. */
export const HELP_DESK = 'your help desk';
