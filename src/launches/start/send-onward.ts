/** Sends a browser to the EHR's authorization server, at launch or for a second request with other scopes. */
import type { Response } from 'express';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { AuthorizationRedirect } from '#src/smart/step-4-authorization-code.ts';
import { authorizeFormPage } from '#views/launches/authorize-form-page.ts';

/** Sends a redirect, or a form that submits itself if the URL would be too long (AZ-14, AZ-15). */
export function sendOnward(
  response: Response,
  redirect: AuthorizationRedirect,
  frameAncestors: readonly string[],
): void {
  // Sent without a body, because Express would repeat the URL, with the launch value, in the body.
  if (redirect.method === 'GET') return void response.status(303).location(redirect.url).end();
  setPagePolicy(response, { frameAncestors, formAction: new URL(redirect.action).origin });
  response.type('html').send(authorizeFormPage({ action: redirect.action, fields: redirect.fields }));
}
