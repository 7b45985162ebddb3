/** The props of the page of services and receivers: the saved tables, or the posted ones with what they change. */
import { hash } from 'node:crypto';
import type { Request } from 'express';
import { pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { organizationUrl } from '#src/http/sessions/visible-organization.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { RECEIVER_COLUMNS, type Receiver, receiversIn } from '#src/settings/receivers.ts';
import type { Service } from '#src/settings/service.ts';
import { CATALOGUE_COLUMNS, servicesIn } from '#src/settings/service-catalogue.ts';
import { demandOf } from '#src/settings/shown-when.ts';
import type { ServicesPageProps, TableForm } from '#views/settings/services-page.ts';
import type { PreviewedService } from '#views/settings/services-preview.ts';

export const SERVICES = '/settings/services';

type PostedTable = Pick<TableForm, 'text' | 'problems'>;

export interface ShownTables extends Partial<Readonly<Record<Tables, PostedTable>>> {
  readonly done?: string;
  readonly questionnaire?: Partial<ServicesPageProps['questionnaire']>;
}

/** The address of this page or of one of its forms; for an operator, it names the organization. */
export function servicesUrl(request: Request, organizationId: string, step = ''): string {
  return organizationUrl(request, step === '' ? SERVICES : `${SERVICES}/${step}`, organizationId);
}

/** The version of both saved tables. A form that was opened before another save has an older one. */
export function versionOf({ services, receivers }: Pick<Organization, Tables>): string {
  return hash('sha256', JSON.stringify([services, receivers]), 'base64url').slice(0, 22);
}

type Tables = 'services' | 'receivers';

/** All props of the page. A posted table that cannot be read is shown as text only, beside the saved list. */
export function servicesPropsOf(request: Request, organization: Organization, shown: ShownTables): ServicesPageProps {
  const saved = { services: servicesIn(organization.services), receivers: receiversIn(organization.receivers) };
  const readable = (table: Tables) => (shown[table]?.problems.length === 0 ? shown[table].text : organization[table]);
  const services = servicesIn(readable('services') === '' ? DEFAULT_SERVICES : readable('services'));
  const receivers = receiversIn(readable('receivers'));
  const isNew = (service: Service) => !saved.services.some((one) => isEqual(one, service));
  const formOf = (table: Tables, changes: string[]): TableForm => {
    const posted = shown[table];
    return posted ? { ...posted, changes } : { text: organization[table], problems: [] };
  };
  const newServices = changesBetween(saved.services, services, ({ text }) => text);
  const newReceivers = changesBetween(saved.receivers, receivers, ({ name }) => name);
  return {
    ...pageAdminOf(request),
    organization: organization.name,
    actionOf: (step) => servicesUrl(request, organization.id, step),
    version: versionOf(organization),
    done: shown.done,
    services: {
      ...formOf('services', newServices),
      columns: CATALOGUE_COLUMNS.join(','),
      list: services.map((one) => previewOf(one, receivers, shown.services !== undefined && isNew(one))),
    },
    receivers: {
      ...formOf('receivers', newReceivers),
      columns: RECEIVER_COLUMNS.join(','),
      list: receivers.map((one) => ({
        ...one,
        unknown: one.services.filter((name) => !services.some(({ value }) => value === name)),
      })),
    },
    questionnaire: { ...NO_QUESTIONNAIRE, options: saved.services, ...shown.questionnaire },
  };
}

const NO_QUESTIONNAIRE = { text: '', service: '', name: '', problems: [], notes: [] };

function previewOf(service: Service, receivers: readonly Receiver[], isOpen: boolean): PreviewedService {
  return {
    text: service.text,
    code: service.code === '' ? undefined : `${service.system} ${service.code}`,
    sections: service.sections,
    questions: service.fields.map((field) => ({
      label: field.label,
      kind: field.kind,
      choices: field.choices,
      demand: demandOf(field, service),
    })),
    receivers: receivers
      .filter((one) => one.services.length === 0 || one.services.includes(service.value))
      .map((one) => one.name),
    isOpen,
  };
}

/** "Cab: new", "Van: changed", "Bus: removed". */
function changesBetween<Row extends object>(
  before: readonly Row[],
  after: readonly Row[],
  nameOf: (row: Row) => string,
): string[] {
  const find = (rows: readonly Row[], row: Row) => rows.find((one) => nameOf(one) === nameOf(row));
  const fresh = after.flatMap((row) => {
    const old = find(before, row);
    if (!old) return [`${nameOf(row)}: new`];
    return isEqual(old, row) ? [] : [`${nameOf(row)}: changed`];
  });
  return [...fresh, ...before.filter((row) => !find(after, row)).map((row) => `${nameOf(row)}: removed`)];
}

function isEqual(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
