/** Reads a form of a new request, and a review, as its user sees them. */
import type { Visit } from '#test/helpers/browser.ts';
import { csrfOf } from '#test/helpers/visits.ts';

/** Every scope that the form uses, so that a test can omit one. */
export const READS = [
  ...['Patient', 'Practitioner', 'PractitionerRole', 'Encounter', 'Location', 'Condition'],
  ...['AllergyIntolerance', 'Observation', 'Coverage', 'ServiceRequest'],
];

/** The scope setting with reads of these types. */
export function scopesFor(types: readonly string[]): string {
  const reads = types.map((type) => `patient/${type}.read`).join(' ');
  return `launch launch/patient launch/encounter openid fhirUser online_access ${reads} patient/ServiceRequest.write`;
}

const plain = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, '')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    // A date of an earlier year is shown with its year.
    .replace(/from the chart, (?:\d+ )?[A-Z][a-z]{2}(?: \d{4})?/g, 'from the chart, DATE')
    .trim();

/** The check boxes of one kind, with `+` before a chosen one. */
export function choicesOf({ body }: Visit, title: string): string[] {
  const box = new RegExp(`<legend>${title}</legend>([^]*?)</fieldset>`).exec(body)?.[1] ?? '';
  return [...box.matchAll(/<input type="checkbox"([^>]*)>([^]*?)<\/label>/g)].map(
    ([, tag = '', label = '']) => `${tag.includes(' checked') ? '+' : '-'} ${plain(label)}`,
  );
}

/** The remark of a kind whose values are missing. */
export function remarkOf({ body }: Visit, title: string): string | undefined {
  const box =
    new RegExp(`<(?:legend|h2)>${title}(?: <span.*?)?</(?:legend|h2)>([^]*?)</(?:fieldset|section)>`).exec(body)?.[1] ??
    '';
  const remark = /<p class="hint chart-remark">([^]*?)<\/p>/.exec(box)?.[1];
  return remark === undefined ? undefined : plain(remark);
}

/** Facts beside the form, each with its source, which the heading says of all of them where it is the same. */
export function factsOf({ body }: Visit, title: string): string[] {
  const [, source = '', box = ''] = new RegExp(`<h2>${title}(.*?)</h2>([^]*?)</section>`).exec(body) ?? [];
  return [...box.matchAll(/<dt>([^]*?)<\/dt><dd>([^]*?)<\/dd>/g)].map(
    ([, dt = '', dd = '']) => `${plain(dt)}: ${plain(`${dd}${source}`)}`,
  );
}

/** The fields that a browser would post from the page's form, with the ticked boxes. */
export function formOf(page: Visit): Record<string, string> {
  const inputs = [...page.body.matchAll(/<input ([^>]*)>/g)].map(([, tag = '']) => tag);
  const attribute = (tag: string, name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(tag)?.[1];
  const sent = inputs.filter((tag) => attribute(tag, 'type') !== 'checkbox' || / checked/.test(tag));
  const decoded = (text: string) =>
    text
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  const values = sent.map((tag) => [decoded(attribute(tag, 'name') ?? ''), decoded(attribute(tag, 'value') ?? '')]);
  return { ...Object.fromEntries(values), csrf: csrfOf(page) };
}

/** The names of the check boxes of one kind. */
export function picksOf({ body }: Visit, title: string): string[] {
  const box = new RegExp(`<legend>${title}</legend>([^]*?)</fieldset>`).exec(body)?.[1] ?? '';
  return [...box.matchAll(/name="(pick\.[^"]+)"/g)].map(([, name = '']) => name);
}

/** The parts of a review, each with its lines. */
export function reviewOf({ body }: Visit): Record<string, string[]> {
  const parts = [...body.matchAll(/<div class="review-part"><dt>([^]*?)<\/dt>([^]*?)<\/div>/g)];
  return Object.fromEntries(
    parts.map(([, label = '', lines = '']) => [
      plain(label),
      [...lines.matchAll(/<dd>([^]*?)<\/dd>/g)].map(([, line = '']) => plain(line)),
    ]),
  );
}
