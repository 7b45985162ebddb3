/** The form of a new request, in a browser. */
import type { FrameLocator, Page } from 'playwright-core';

const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
/** Settings of an organization whose clinicians write requests. */
export const WRITING = ['createRequests=true', `scopes=${SCOPES}`];

/** Fills in the form of a new request, except its reason. */
export async function fillRequest(
  form: Page | FrameLocator,
  priority = 'routine',
  what = 'Wheelchair van',
): Promise<void> {
  await form.getByLabel('Service').selectOption('transport');
  await form.getByLabel('What is needed').fill(what);
  await form.getByLabel('Needed on').fill(TOMORROW);
  await form.getByLabel('Priority').selectOption(priority);
}

/** Sends a filled form: opens its review and presses the button there. */
export async function sendRequest(form: Page | FrameLocator): Promise<void> {
  await form.getByRole('button', { name: 'Review', exact: true }).click();
  await form.getByRole('button', { name: 'Send to the EHR' }).click();
}
