/** A draft may be opened days later: what the chart filled in then, and does not say now, is not shown as the chart's. */
import { expect, test } from 'vitest';
import { dayFromNow } from '#test/helpers/days.ts';
import { ehr, launchUrl, newOrganization, useStubWorld } from '#test/helpers/stub-world.ts';
import { draftsOn, launchIdOf } from '#test/helpers/visits.ts';
import { formOf } from './form-reader.ts';

const { world } = useStubWorld();
const SCOPE = 'launch launch/patient openid fhirUser patient/*.read patient/ServiceRequest.write';
const VAN = { service: 'transport', what: 'Van to dialysis', neededOn: dayFromNow(5), priority: 'routine' };

/** The encounter that the EHR returns; undefined for none. */
let stay: object | undefined;
const inPlace = (display: string, more: object = {}) => ({
  ...{ resourceType: 'Encounter', id: 'e1', status: 'in-progress', subject: { reference: 'Patient/pat-1' } },
  ...{ location: [{ location: { display } }], ...more },
});
function serveStay(): void {
  const answer = ({ request }: { request: { url: string } }) =>
    request.url.startsWith('Encounter/') && stay
      ? { resource: stay, response: { status: '200' } }
      : { response: { status: '403' } };
  for (const base of ['/fhir', '/fhir/']) {
    ehr.on(base, ({ body }) => ({
      body: { resourceType: 'Bundle', type: 'batch-response', entry: JSON.parse(body).entry.map(answer) },
    }));
  }
}
const plain = (markup = '') => markup.replace(/<svg[^]*?<\/svg>|<[^>]+>/g, '').trim();

const GONE = 'Filled in from the chart earlier. The EHR does not send this value now';
test.for<[string, object | undefined, string, hint: string | undefined, review: RegExp]>([
  ['the same place', inPlace('Ward 4'), 'Ward 4', 'from the chart', /^Ward 4 from the chart, without a date$/],
  [
    'another place',
    inPlace('ICU'),
    'Ward 4',
    'The chart says: ICU',
    /^Ward 4 Filled in from the chart earlier\. The chart now says: ICU$/,
  ],
  [
    'that the patient has left',
    inPlace('Ward 4', { status: 'finished' }),
    'Ward 4',
    GONE,
    new RegExp(`^Ward 4 ${GONE}. Check it\\.$`),
  ],
  ['nothing, because it cannot be read', undefined, 'Ward 4', GONE, new RegExp(`^Ward 4 ${GONE}. Check it\\.$`)],
  [
    'another place, and the user a third one',
    inPlace('ICU'),
    'Garage',
    'The chart says: ICU',
    /^Garage Changed\. The chart says: ICU$/,
  ],
  ['nothing, and the user another place', undefined, 'Garage', undefined, /^Garage$/],
])('the chart says %s', async ([, later, typed, hint, review]) => {
  ehr.change('token', { scope: SCOPE, encounter: 'e1' });
  stay = inPlace('Ward 4');
  serveStay();
  const browser = world().browser();
  const list = await browser.open(launchUrl(await newOrganization({ createRequests: true, scopes: SCOPE })));
  const url = `${world().url}/launches/${launchIdOf(list)}/requests/new`;
  const form = formOf(await browser.visit(url));
  expect(form['from']).toBe('Ward 4');
  await browser.open(url, { form: { ...form, ...VAN, from: typed, intent: 'back' } });
  stay = later;
  const draft = await browser.visit(`${url}?form=${draftsOn(await browser.visit(list.url))[0]}`);
  const shown = /<p class="hint" id="from-hint">([^]*?)<\/p>/.exec(draft.body)?.[1];
  if (hint === undefined) expect(shown).toBeUndefined();
  else expect(plain(shown)).toContain(hint);
  // A second visit does not make the value the chart's.
  for (const page of [draft, await browser.visit(draft.url)]) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const reviewed = await browser.open(url, { form: { ...formOf(page), ...VAN, intent: 'review' } });
    const part = /<dt>From<\/dt>\n([^]*?)<\/div>/.exec(reviewed.body)?.[1];
    expect(plain(part).replace(/\s+/g, ' ')).toMatch(review);
  }
});
