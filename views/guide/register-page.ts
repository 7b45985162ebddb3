/** The guide's first part, for the EHR team: two printed pages with everything needed to register the app. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { assetPath } from '#views/assets.ts';
import { copyButton } from '#views/copy-button.ts';
import { option } from '#views/form-field.ts';
import { icon } from '#views/icons.ts';
import type { RegistrationValues, SheetNames } from '#views/integration-page/registration-table.ts';
import { registrationTable } from '#views/integration-page/registration-table.ts';
import { layout } from '#views/layout.ts';
import { type PageAdmin, settingsPage } from '#views/settings/settings-layout.ts';
import { type GuideNetworkProps, guideNetwork, whereValuesAre } from './registration.ts';
import { type VendorFormProps, vendorFormSection } from './vendor-form.ts';

/** The content of the two pages. It contains no secret. */
export interface RegisterSheetProps {
  readonly environment: 'non-production' | 'production';
  readonly organization: { readonly id: string; readonly name: string } | undefined;
  readonly registration: RegistrationValues;
  /** the names of the values in the vendor's form, or their usual names */
  readonly names: SheetNames;
  readonly form: VendorFormProps | undefined;
  readonly network: Omit<GuideNetworkProps, 'jwksUri'>;
  /** the operator's contact; empty if unknown */
  readonly contact: string;
  readonly version: string;
  /** the date of this page, `YYYY-MM-DD` */
  readonly day: string;
  /** the time zone of the dates; absent if no organization is chosen, and in older sheets */
  readonly timeZone?: string | undefined;
  /** the registration as JSON (RFC 7591) */
  readonly metadata: string;
}

/** The URLs of the sheet as files; undefined for a file that does not exist. */
export interface RegisterDownloads {
  readonly json: string | undefined;
  readonly csv: string | undefined;
}

export interface RegisterPageProps extends RegisterSheetProps {
  readonly downloads: RegisterDownloads;
  readonly organizations: readonly { readonly id: string; readonly name: string }[];
  readonly vendors: readonly { readonly vendor: string; readonly name: string }[];
  readonly vendor: string | undefined;
  /** where the organization's preset is of another EHR than the chosen one: both names, and where to change the preset */
  readonly otherPreset: { readonly chosen: string; readonly ofOrganization: string; readonly href: string } | undefined;
  /** undefined for visitors who are not signed in */
  readonly admin: PageAdmin | undefined;
}

const ASSETS = { script: 'copy.js', styles: ['settings.css'] } as const;

/** A whole page. A signed-in user sees it inside Settings. */
export function registerPage(props: RegisterPageProps): string {
  const { admin, organization } = props;
  const title = 'Register the app';
  const send = organization && `/settings/handover?${new URLSearchParams({ organization: organization.id })}`;
  const main = html`<div class="guide register">
${guideParts('register')}
${registerHead(props)}
${choice(props)}
${otherPresetNotice(props)}
${organization === undefined ? whereValuesAre(admin !== undefined) : null}
${admin === undefined || send === undefined ? null : html`<p class="no-print"><a class="btn btn-primary" href="${send}">Send to your EHR team</a></p>`}
${registerSheet(props, props.downloads)}
</div>
`;
  if (admin) return settingsPage({ title, ...admin, current: 'guide', script: ASSETS.script }, main);
  return layout({ title: `${title} · ${props.registration.applicationName}`, ...ASSETS }, main);
}

/** The same page for the EHR team, behind a link that expires. */
export function sharedRegisterPage(
  props: RegisterSheetProps,
  link: { readonly downloads: RegisterDownloads; readonly expiresOn: string },
): string {
  return layout(
    { title: `Register ${props.registration.applicationName}`, ...ASSETS },
    html`<div class="guide register">
${registerHead(props)}
<p class="notice no-print"><span>This page works until ${link.expiresOn}. Print it, or save it as PDF, to keep it. It contains no secret.</span></p>
${registerSheet(props, link.downloads)}
</div>
`,
  );
}

/** The links between the guide's two parts. */
export function guideParts(current: 'register' | 'reference'): SafeHtml {
  const part = (name: typeof current, href: string, text: string) =>
    html`<li><a href="${href}"${name === current ? html` aria-current="page"` : null}>${text}</a></li>`;
  return html`<nav class="settings-nav guide-parts" aria-label="Parts of the guide"><ul>
${part('register', '/guide/register', 'Register')}${part('reference', '/guide', 'Reference')}
</ul></nav>
`;
}

function registerHead({ registration, organization, environment, day, version, contact }: RegisterSheetProps) {
  return html`<h1>Register ${registration.applicationName} in your EHR</h1>
<p class="lead">${organization === undefined ? null : html`For ${organization.name}, `}<strong>${environment}</strong> environment. Registering takes about 30 minutes, and verifying about 10.</p>
<p class="note">As of ${day}, version ${version}. Questions: ${contact === '' ? 'the person who sent you this page' : contact}.</p>
`;
}

/** Chooses the organization and vendor of the page. It is an ordinary form, so it works without scripts. */
function choice({ organizations, organization, vendors, vendor }: RegisterPageProps): SafeHtml {
  const named = organizations.map(({ id, name }) => option(id, `${name} (${id})`, organization?.id));
  return html`<form class="choose no-print" method="get" action="/guide/register">
${organizations.length === 0 ? null : html`<label for="organization">Organization</label> <select class="form-select" id="organization" name="organization">${option('', 'None', organization?.id ?? '')}${named}</select>`}
<label for="vendor">EHR</label> <select class="form-select" id="vendor" name="vendor">${vendors.map((one) => option(one.vendor, one.name, vendor))}</select>
<button class="btn btn-outline-secondary" type="submit">Show</button>
</form>
`;
}

/** The values of an organization follow its preset, whichever form is looked at. */
function otherPresetNotice({ otherPreset, organization }: RegisterPageProps): SafeHtml | null {
  if (otherPreset === undefined || organization === undefined) return null;
  const { chosen, ofOrganization, href } = otherPreset;
  return html`<p class="notice no-print">${icon('warning')} <span>The form below is the form of ${chosen}, but the scopes are those of ${organization.name}, which uses the preset ${ofOrganization}. If the organization’s EHR is ${chosen}, <a href="${href}">choose that preset</a> before you register, because it may set other scopes.</span></p>`;
}

function registerSheet(props: RegisterSheetProps, downloads: RegisterDownloads): SafeHtml {
  const { registration, organization, names, form, network, metadata } = props;
  return html`<section aria-labelledby="todo">
<h2 id="todo">What to do</h2>
<ol class="checklist">
<li>Create one application in the EHR’s ${props.environment} environment with the values below.</li>
<li>Send three values back to the person who sent you this page: the <strong>FHIR URL</strong> of this environment, the <strong>web address</strong> of the EHR’s own pages, such as <code>https://ehr.example.org</code>, and the <strong>Client ID</strong> ${registration.clientId === '' ? 'that the EHR gave out' : 'if it differs from the one below'}. Pages at that web address may then show the app in a frame. If you sign in here yourself, enter the two addresses at <a href="/settings/integrations/smart-on-fhir">Settings &gt; Integrations &gt; SMART on FHIR</a>; the operator of this service enters the Client ID.</li>
<li>Allow the network connections below.</li>
<li>Put the app into the patient chart, for the roles that need it, as an embedded window.</li>
<li>When the FHIR URL, the web address and the Client ID are entered, open the app from the chart of a test patient. You are done when you see the page that is shown at the end of this sheet. If you see an error, send its support code to the person who sent you this page. Or enter the code at <a href="/settings/launches">Settings &gt; Launches</a> to find the cause.</li>
</ol>
</section>
<section aria-labelledby="registration">
<h2 id="registration">Values to register</h2>
${registrationTable(registration, organization?.id, names)}
</section>
${form === undefined ? null : vendorFormSection(form, downloads.csv)}
${guideNetwork({ ...network, jwksUri: registration.jwksUri })}
<section class="success" aria-labelledby="success">
<h2 id="success">You are done when you see this</h2>
<p>The app opens in the chart, without a sign-in page and without an error: the test patient’s name, birth date and sex, and below them the requests.</p>
<img src="${assetPath('app-in-chart.jpg')}" width="1000" height="470" alt="A chart with the app in it: the patient’s name, birth date and sex, and below them the list of requests.">
</section>
<section class="no-print" aria-labelledby="file">
<h2 id="file">The registration as a file</h2>
<p>For EHRs that take client metadata (RFC 7591), such as dynamic registration by SMART or UDAP. If the EHR wants a signed software statement, its claims are the values of this file.</p>
<p>${downloads.json === undefined ? null : html`<a href="${downloads.json}" download>Download JSON</a> `}${copyButton('Copy the registration as JSON', metadata)}</p>
<pre class="metadata" tabindex="0">${metadata}</pre>
</section>
`;
}
