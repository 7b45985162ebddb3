/** `/reports/checks/:token`: one run of the checks with the registration sheet, for people without an account. */
import { ownerFor } from '#src/errors/error-row.ts';
import type { ReportShape } from '#src/reports/route.ts';
import { reportPage } from '#views/inspector/report-page.ts';
import type { RegistrationValues } from '#views/settings/registration-table.ts';
import type { CheckReport } from './report.ts';

export interface SharedCheckReport extends CheckReport {
  registration: RegistrationValues;
}

export const checksReport: ReportShape<SharedCheckReport> = {
  kind: 'checks',
  path: '/reports/checks',
  json: ({ content, expiresAt }) => ({ ...content, expiresAt }),
  page: ({ content, expiresAt }, jsonUrl) => {
    const results = content.results.map((row) => ({ ...row, owner: ownerFor(row.owner, 'outside') }));
    return reportPage({ ...content, results }, { expiresAt, jsonUrl });
  },
};
