/** The titles of a launch's steps, on the page and in reports. */
import type { StepName } from '#src/diagnostics/traces/trace.ts';

export const stepTitles: Record<StepName, string> = {
  launch: 'The EHR opens the launch URL',
  cookies: 'The browser keeps our cookies',
  discovery: 'The EHR’s SMART configuration is read',
  'authorization-redirect': 'The browser is sent to the authorization server',
  callback: 'The authorization server sends it back with a code',
  token: 'The code is exchanged for an access token',
  'id-token': 'The id_token proves who launched',
  scopes: 'The granted scopes are enough',
  context: 'The EHR says which patient is open',
  user: 'The person is a clinician of this organization',
  'launch-record': 'The launch is stored and the browser gets its cookie',
  refresh: 'The access token is renewed',
  patient: 'The patient is read',
  practitioner: 'The user’s name and role are read',
  requests: 'The request list is shown',
  'new-request': 'The form for a new request is shown or posted',
  create: 'A request is sent to the EHR',
  cancel: 'A request is cancelled in the EHR',
};
