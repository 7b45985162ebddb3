/** An EHR without batch: names are still shown, and a batch is tried once, not for every page. */
import { expect, test } from 'vitest';
import { ehr, launch, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();

const batches = () => ehr.requests.filter(({ method, path }) => method === 'POST' && /^\/fhir\/?$/.test(path));

/** One request by Ruth Kim, whom only a read can name. */
function serve(status: number): void {
  const ruth = { resourceType: 'Practitioner', id: 'ruth', name: [{ given: ['Ruth'], family: 'Kim' }] };
  const subject = { reference: 'Patient/pat-1' };
  const requester = { reference: 'Practitioner/ruth' };
  const resource = { resourceType: 'ServiceRequest', id: '1', status: 'active', subject, requester };
  ehr.change('requests', { entry: [{ resource }] });
  ehr.on('/fhir/Practitioner/ruth', () => ({ body: ruth }));
  for (const base of ['/fhir', '/fhir/']) ehr.on(base, () => ({ status, body: { resourceType: 'OperationOutcome' } }));
}

test.for([405, 501, 400])(
  'an EHR that answers a batch with %i gets no further batch, from any page of any launch',
  async (status) => {
    serve(status);
    const orgId = await newOrganization();
    const browser = world().browser();
    const page = await browser.open(launchUrl(orgId));
    expect(page.body).toContain('by Ruth Kim');
    expect((await browser.visit(page.url)).body).toContain('by Ruth Kim');
    expect((await world().browser().open(launchUrl(orgId))).body).toContain('by Ruth Kim');
    expect(batches()).toHaveLength(1);
  },
);

test('other EHRs still get batches', async () => {
  serve(405);
  await launch();
  await launch();
  expect(batches()).toHaveLength(2);
});
