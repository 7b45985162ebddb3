/** Grace Lindqvist's 120 requests over five years, for paging and folding. SYNTHETIC DATA, seeded. */
import type { ServiceRequest } from 'fhir/r4.js';
import { concept, named, seeded } from './build.ts';
import { type ServiceKind, serviceRequest } from './service-request.ts';

interface Service {
  kind: ServiceKind;
  service: string;
  organization: string;
  name: string;
}

const van: Service = {
  kind: 'transport',
  service: 'Wheelchair van to dialysis',
  organization: 'org-swift',
  name: 'Swift Medical Transport',
};

const services: Service[] = [
  van,
  { kind: 'home-care', service: 'Skilled nursing visit', organization: 'org-harbor-home', name: 'Harbor Home Health' },
  {
    kind: 'equipment',
    service: 'Portable oxygen refill',
    organization: 'org-comfort',
    name: 'Comfort Medical Equipment',
  },
  {
    kind: 'referral',
    service: 'Referral to pulmonology',
    organization: 'org-rehab',
    name: 'Lakeside Rehabilitation Center',
  },
  { kind: 'home-care', service: 'Meal delivery', organization: 'org-meals', name: 'Good Neighbor Meals' },
];

const statuses: ServiceRequest['status'][] = ['completed', 'completed', 'completed', 'revoked', 'active'];
const priorities: ServiceRequest['priority'][] = ['routine', 'routine', 'routine', 'urgent', 'asap'];

const fifteenDaysMs = 15 * 86_400_000;

function pick<T>(from: T[], random: () => number, fallback: T): T {
  return from[Math.floor(random() * from.length)] ?? fallback;
}

/** Always the same 120. */
export function manyRequests(): ServiceRequest[] {
  const random = seeded(120);
  const first = Date.UTC(2021, 6, 1, 15);
  return Array.from({ length: 120 }, (_unused, index) => {
    const { kind, service, organization, name } = pick(services, random, van);
    const authoredOn = new Date(first + index * fifteenDaysMs).toISOString().replace('.000', '');
    return serviceRequest(
      {
        id: `many-${String(index + 1).padStart(3, '0')}`,
        patient: 'pat-many',
        kind,
        service,
        status: pick(statuses, random, 'active'),
      },
      {
        priority: pick(priorities, random, 'routine'),
        authoredOn,
        occurrenceDateTime: authoredOn.slice(0, 10),
        requester: named('Practitioner/prac-lindgren', 'Maja Lindgren'),
        performer: [named(`Organization/${organization}`, name)],
        reasonCode: [concept('Chronic obstructive lung disease')],
      },
    );
  });
}
