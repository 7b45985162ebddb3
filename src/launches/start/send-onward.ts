/** Sends a browser on to the EHR's authorization server, from a launch or from a callback that asks once more. */
import type { Response } from 'express';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { AuthorizationRedirect } from '#src/smart/step-4-authorization-code.ts';
import { authorizeFormPage } from '#views/launches/authorize-form-page.ts';

/**
 * By redirect, or by a form that posts itself when the address would be too long (AZ-14, AZ-15).
 *
 * @param frameAncestors who may show that form in a frame.
 */
export function sendOnward(
  response: Response,
  redirect: AuthorizationRedirect,
  frameAncestors: readonly string[],
): void {
  // Without a body: Express would repeat the address, and with it the launch value, in one.
  if (redirect.method === 'GET') return void response.status(303).location(redirect.url).end();
  const formAction = new URL(redirect.action).origin;
  setPagePolicy(response, { frameAncestors, formAction });
  response.type('html').send(authorizeFormPage({ action: redirect.action, fields: redirect.fields }));
}
