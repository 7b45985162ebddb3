/** Who pays. SYNTHETIC DATA. */
import type { Coverage } from 'fhir/r4.js';
import { bare, concept } from './build.ts';

function coverage(id: string, patient: string, payor: string, member: string, status: Coverage['status']): Coverage {
  return {
    resourceType: 'Coverage',
    id,
    status,
    type: concept('Health insurance'),
    subscriberId: member,
    beneficiary: bare(`Patient/${patient}`),
    relationship: concept('self'),
    period: { start: '2026-01-01' },
    payor: [{ display: payor }],
    class: [{ type: concept('Plan'), value: 'GOLD-1', name: 'Gold' }],
  };
}

/** Active and lapsed plans. */
export function coverages(): Coverage[] {
  return [
    coverage('cov-ada', 'pat-ada', 'Golden State Synthetic Health', 'GSS-4410-2231', 'active'),
    coverage('cov-ada-old', 'pat-ada', 'Former Employer Plan', 'FEP-1', 'cancelled'),
    coverage('cov-ben', 'pat-ben', 'Synthetic Medicaid', 'PM-000447', 'active'),
    coverage('cov-minor', 'pat-minor', 'Synthetic Family Plan', 'PFP-835-02', 'active'),
  ];
}
