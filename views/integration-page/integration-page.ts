/** Settings > Integrations > SMART on FHIR: three steps from a FHIR URL to a launch. The page can be sent while checks run. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from '#views/icons.ts';
import { notice } from '#views/notice.ts';
import { type PageAdmin, settingsPageEnd, settingsPageStart } from '#views/settings/settings-layout.ts';
import { checkOutcome } from './check-rows.ts';
import { changedNotice } from './connection.ts';
import { nextThing, type StepsProps, steps } from './steps.ts';

export interface IntegrationProps extends StepsProps {
  readonly isReady: boolean;
  readonly admin: PageAdmin;
  readonly organization: { readonly id: string; readonly name: string };
  readonly done?: string | undefined;
  readonly problem?: string | undefined;
}

/** A whole page, with the stored run of the checks. */
export function integrationPage(props: IntegrationProps): string {
  return start(props) + integrationEnd(props);
}

/** The first part of a page whose checks have just begun. {@link CHECKED} is sent for each finished check. */
export function integrationStart(props: IntegrationProps): string {
  return `${start(props)}${String(html`<div class="checking" role="status"><p>Checking <bdi>${props.connection.field.value}</bdi> from our servers; this takes at most 15 seconds…</p><p class="checked" aria-hidden="true">`)}`;
}

/** The mark of one finished check. */
export const CHECKED = '<span></span>';

/** The rest of the page, after the checks. @param saved says whether the checked URL was saved; absent if none was. */
export function integrationEnd(props: IntegrationProps, saved?: string): string {
  const { connection, run, organization, isReady } = props;
  return (
    (saved === undefined ? '' : '</p></div>\n') +
    String(html`<div class="outcome">${
      refusal(props) ??
      html`${run ? checkOutcome(run.outcome) : null}
${saved === undefined ? null : html`<p>${saved}</p>`}${changedNotice(connection)}${isReady ? html`<p class="next" role="status">${icon('done')} <strong>Ready to launch</strong></p>` : null}${nextThing(props)}`
    }</div>
${steps(props)}
<p class="elsewhere"><a href="${connection.actionOf('advanced')}">Advanced settings</a> <a href="${connection.actionOf('tools')}">Key proof, report and changes</a> <a href="/settings/handover?organization=${organization.id}">Send to your EHR team</a> <a href="/guide/register?organization=${organization.id}">Registration sheet</a></p>
`) +
    settingsPageEnd()
  );
}

/** A form that was refused is the outcome; what the last checks say is of another address. */
function refusal({ connection, frame }: IntegrationProps): SafeHtml | undefined {
  const [field, problem] =
    connection.field.problem === undefined ? ['frameAncestors', frame.problem] : ['fhirUrl', connection.field.problem];
  return notice('problem', problem !== undefined && html`Not saved. <a href="#${field}">${problem}</a>`) ?? undefined;
}

/** The end of the page if the results of its checks could not be stored. */
export function integrationFailure(text: string): string {
  return `</p></div>\n${String(html`<p class="notice notice-problem outcome" role="alert">${icon('warning')} <span>${text}</span></p>`)}\n${settingsPageEnd()}`;
}

function start({ admin, organization, connection, done, problem, frame }: IntegrationProps): string {
  const hasProblem = [connection.field.problem, problem, frame.problem].some((one) => one !== undefined);
  const page = {
    title: `${hasProblem ? 'Error: ' : ''}Integrations > SMART on FHIR · ${organization.name}`,
    ...admin,
    current: 'integration',
  } as const;
  return (
    settingsPageStart(page) +
    String(html`<h1>Integrations &gt; SMART on FHIR <span class="of">${organization.name}</span></h1>
${news({ done, problem })}`)
  );
}

/** The notice of the last post, on each page of a connection. */
export function news({ done, problem }: Pick<IntegrationProps, 'done' | 'problem'>): SafeHtml {
  return html`${notice('done', done)}
${notice('problem', problem)}
`;
}
