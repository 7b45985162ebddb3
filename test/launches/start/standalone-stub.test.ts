/** Standalone launches at EHRs that differ from the sandbox: other scope syntax, long requests, a wrong banner flag. */
import { expect, test } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import { ehr, LIST, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();

const standalone = async (settings: Record<string, unknown> = {}) => {
  const id = await newOrganization({ standalone: true, ...settings });
  return world().browser().open(`${world().url}/smart/standalone/${id}`);
};

test.for(['', '/'])('AZ-04: aud is the FHIR base as registered (with "%s" at the end)', async (slash) => {
  const fhirBaseUrl = `${ehr.fhirBase}${slash}`;
  expect(titleOf(await standalone({ fhirBaseUrl }))).toBe(LIST);
  const [asked] = ehr.seen('authorize');
  const id = await newOrganization({ standalone: true, fhirBaseUrl });
  const registered = (await world().dependencies.directory.find(id))?.fhirBaseUrl;
  expect([asked?.query.get('aud'), asked?.query.has('launch')]).toEqual([registered, false]);
});

test('LC-11: need_patient_banner=false does not hide the app’s banner outside the chart', async () => {
  ehr.change('token', { need_patient_banner: false });
  expect((await standalone()).body).toContain('class="patient patient-full"');
});

test('AZ-14: a long request goes by POST, from a page that may not be framed', async () => {
  ehr.change('smart-configuration', { capabilities: ['launch-standalone', 'authorize-post', 'permission-v1'] });
  const types = Array.from(
    { length: 60 },
    (_, index) => `patient/Resource${'x'.repeat(index % 55)}${index > 54 ? 'y' : ''}.read`,
  );
  const page = await standalone({ scopes: ['launch openid fhirUser patient/Patient.read', ...types].join(' ') });
  expect(page.status).toBe(200);
  expect(page.body).toContain(`<form id="authorize" method="post" action="${ehr.origin}/auth/authorize">`);
  expect(page.body).toContain('name="scope" value="launch/patient openid ');
  expect(page.body).not.toContain('name="launch"');
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
});

test('a token endpoint that takes secrets only is refused as in a chart, with a link to start again', async () => {
  ehr.change('smart-configuration', { token_endpoint_auth_methods_supported: ['client_secret_basic'] });
  const page = await standalone();
  expect(outcomeOf(page)).toEqual({ status: 502, code: 'discovery.no-client-authentication' });
  expect(page.body).toContain('Start again');
});
