/** `/reports/register/:token`: what an EHR team registers, for people without an account. */
import { dayIn, serverTimeZone } from '#src/adapters/time-zone.ts';
import type { ReportShape } from '#src/reports/route.ts';
import { type RegisterSheetProps, sharedRegisterPage } from '#views/guide/register-page.ts';

export const sharedRegister: ReportShape<RegisterSheetProps> = {
  kind: 'register',
  path: '/reports/register',
  json: ({ content, expiresAt }) => {
    const { metadata, ...sheet } = content;
    return { ...sheet, clientMetadata: JSON.parse(metadata) as unknown, expiresAt };
  },
  page: ({ content, expiresAt }, jsonUrl) =>
    sharedRegisterPage(content, {
      downloads: { json: jsonUrl, csv: undefined },
      expiresOn: dayIn(expiresAt, content.timeZone ?? serverTimeZone),
    }),
};
