/** Tasks: the state of some requests at the provider. SYNTHETIC DATA. */
import type { Task } from 'fhir/r4.js';
import { bare, concept, named } from './build.ts';

function task(id: string, patient: string, request: string, status: Task['status'], more: Partial<Task> = {}): Task {
  return {
    resourceType: 'Task',
    id,
    status,
    intent: 'order',
    code: concept('Fulfill the focal request', 'http://hl7.org/fhir/CodeSystem/task-code', 'fulfill'),
    focus: bare(`ServiceRequest/${request}`),
    for: bare(`Patient/${patient}`),
    authoredOn: '2026-07-14T08:20:00-07:00',
    lastModified: '2026-07-14T10:00:00-07:00',
    ...more,
  };
}

/** Accepted, rejected with a reason, waiting. */
export function tasks(): Task[] {
  return [
    task('task-ada-transport', 'pat-ada', 'ada-transport-home', 'accepted', {
      owner: named('Organization/org-swift', 'Swift Medical Transport'),
      businessStatus: concept('Vehicle assigned'),
    }),
    task('task-ada-rehab', 'pat-ada', 'ada-rehab', 'rejected', { statusReason: concept('No bed available') }),
    task('task-ada-oxygen', 'pat-ada', 'ada-oxygen', 'requested'),
    task('task-ben-bed', 'pat-ben', 'ben-bed', 'in-progress', { owner: bare('Organization/org-comfort') }),
  ];
}
