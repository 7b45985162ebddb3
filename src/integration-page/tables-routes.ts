/** The services and receivers of an organization: how its form will look, and the tables for a spreadsheet. */
import { csvLine } from '#src/audit/csv-format.ts';
import { pageAdminOf } from '#src/http/sessions/admin-session.ts';
import { csvCells } from '#src/settings/csv.ts';
import { receiversIn } from '#src/settings/receivers.ts';
import { servicesIn } from '#src/settings/service-catalogue.ts';
import { requestFormPage } from '#views/integration-page/request-form-page.ts';
import { integrationUrl } from './view.ts';
import type { Handler } from './visit.ts';

/** The saved services with their questions, and who receives each. */
export const previewRequestForm: Handler = async (_dependencies, { request, response, organization }) => {
  const { id, name, services, receivers } = organization;
  const all = receiversIn(receivers);
  response.type('html').send(
    requestFormPage({
      ...pageAdminOf(request),
      organization: name,
      backUrl: integrationUrl(request, id, 'advanced'),
      exports: [
        { text: 'Services as CSV', url: integrationUrl(request, id, 'services.csv') },
        { text: 'Receivers as CSV', url: integrationUrl(request, id, 'receivers.csv') },
      ],
      services: servicesIn(services).map((service) => ({
        text: service.text,
        code: service.code === '' ? undefined : `${service.system} ${service.code}`,
        sections: service.sections,
        questions: service.fields.map(({ label, kind, choices, required }) => ({
          label,
          kind,
          choices,
          demand: typeof required === 'string' ? required : `if ${required.field} is ${required.value}`,
        })),
        receivers: all
          .filter((one) => one.services.length === 0 || one.services.includes(service.value))
          .map((one) => one.name),
      })),
    }),
  );
};

/** The table as it is saved, with every cell a text and none a formula; what it says is imported again unchanged. */
export function exportTable(field: 'services' | 'receivers'): Handler {
  return async (_dependencies, { response, organization }) => {
    const lines = csvCells(organization[field]) ?? [];
    response
      .type('text/csv')
      .set('content-disposition', `attachment; filename="${field}.csv"`)
      .send(lines.map(csvLine).join(''));
  };
}
