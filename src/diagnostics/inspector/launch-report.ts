/** `/reports/:token`: one redacted launch, for the EHR team that received the link. */
import { dayIn, serverTimeZone } from '#src/adapters/time-zone.ts';
import type { ReportShape } from '#src/reports/route.ts';
import { launchReportPage } from '#views/inspector/launch-trace-page.ts';
import { type Diagnosis, forReader, shownTitle } from './diagnosis.ts';

export const launchReport: ReportShape<Diagnosis> = {
  kind: 'launch',
  path: '/reports',
  json: ({ createdAt, expiresAt, content }) => ({ kind: 'launch', createdAt, expiresAt, launch: content }),
  page: ({ createdAt, expiresAt, content }, jsonUrl) =>
    launchReportPage({
      launch: forReader(content, 'outside'),
      shownTitle: shownTitle(content),
      timeZone: serverTimeZone,
      madeOn: dayIn(createdAt, serverTimeZone),
      expiresOn: dayIn(expiresAt, serverTimeZone),
      jsonUrl,
    }),
};
