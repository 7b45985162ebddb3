/** What an organization offers for a new request: its services, their receivers, and which sections a service needs. */
import type { Organization } from '#src/organizations/organization.ts';
import { type Receiver, receiversIn } from '#src/settings/receivers.ts';
import type { Service } from '#src/settings/service.ts';
import { servicesIn } from '#src/settings/service-catalogue.ts';
import type { Chosen } from './from-chart.ts';
import type { NewRequest } from './typed-request.ts';

export interface Offer {
  readonly services: readonly Service[];
  readonly receivers: readonly Receiver[];
  /** Its EHR supports US Core's ServiceRequest profile, so a request says that it conforms to it. */
  readonly isUsCore: boolean;
}

export function offerOf(
  organization: Pick<Organization, 'services' | 'receivers'> & Partial<Pick<Organization, 'discovered'>>,
): Offer {
  const { services, receivers, discovered } = organization;
  return {
    services: servicesIn(services),
    receivers: receiversIn(receivers),
    isUsCore: discovered?.usCoreRequests === true,
  };
}

/** The service and the receiver that a request names; undefined for what is not offered. */
export function namedIn(offer: Offer, request: NewRequest) {
  const service = offer.services.find(({ value }) => value === request.service);
  const receiver = offer.receivers.find(({ name }) => name === request.receiver);
  return { service, receiver: receiver && service && isFor(receiver, service.value) ? receiver : undefined };
}

/** Whether the receiver takes this service. */
export function isFor({ services }: Receiver, service: string): boolean {
  return services.length === 0 || services.includes(service);
}

/** The request without the sections that its service does not have, because what the form hides is not sent. */
export function withinService(
  request: NewRequest,
  chosen: Chosen,
  service: Service | undefined,
): { request: NewRequest; chosen: Chosen } {
  const has = (section: Service['sections'][number]) => service?.sections.includes(section) === true;
  return {
    request: {
      ...request,
      ...(has('where') ? {} : { from: '', to: '' }),
      ...(has('contact') ? {} : { phone: '', language: '' }),
    },
    chosen: {
      ...chosen,
      ...(has('where') ? {} : { place: undefined }),
      ...(has('clinical') ? {} : { allergies: [], measures: [] }),
      ...(has('insurance') ? {} : { insurance: [] }),
    },
  };
}
