/** The mock EHR, its trusted providers, and its rooms. SYNTHETIC DATA. */
import type { Location, Organization } from 'fhir/r4.js';
import { concept, named } from './build.ts';

function organization(id: string, name: string, type: string): Organization {
  return { resourceType: 'Organization', id, active: true, name, type: [concept(type)] };
}

/** The hospital and everyone it sends patients to. */
export function organizations(): Organization[] {
  return [
    organization('org-hospital', 'St. Elsewhere Synthetic Hospital', 'Hospital'),
    organization('org-swift', 'Swift Medical Transport', 'Transport'),
    organization('org-metro-air', 'Metro Air Ambulance', 'Transport'),
    organization('org-harbor-home', 'Harbor Home Health', 'Home care'),
    organization('org-comfort', 'Comfort Medical Equipment', 'Equipment'),
    organization('org-cardiology', 'Springfield Cardiology Group', 'Specialist practice'),
    organization('org-rehab', 'Lakeside Rehabilitation Center', 'Rehabilitation'),
    organization('org-meals', 'Good Neighbor Meals', 'Community service'),
  ];
}

function location(id: string, name: string, kind: string, partOf?: string): Location {
  return {
    resourceType: 'Location',
    id,
    status: 'active',
    name,
    physicalType: concept(kind),
    managingOrganization: named('Organization/org-hospital', 'St. Elsewhere Synthetic Hospital'),
    ...(partOf && { partOf: { reference: `Location/${partOf}` } }),
  };
}

/** From the building to the bed. */
export function locations(): Location[] {
  return [
    location('loc-main', 'St. Elsewhere, main building', 'Building'),
    location('loc-4west', '4 West, Medical', 'Ward', 'loc-main'),
    location('loc-4west-12', 'Room 412', 'Room', 'loc-4west'),
    location('loc-4west-12a', 'Bed A', 'Bed', 'loc-4west-12'),
    location('loc-ed', 'Emergency Department', 'Ward', 'loc-main'),
    location('loc-discharge', 'Discharge Lounge', 'Area', 'loc-main'),
  ];
}
