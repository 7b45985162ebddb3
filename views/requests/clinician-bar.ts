/** The bar of every page of a launch: which deployment this is, who is signed in, and the way to sign out. */
import { html, type SafeHtml } from '@remix-run/html-template';

export interface ClinicianBarProps {
  /** `/launches/<id>`, without a trailing slash */
  readonly base: string;
  /** the signed-in EHR user's name; undefined when the EHR did not give it */
  readonly userName: string | undefined;
  /** the name may still arrive, so the bar does not say that it is missing */
  readonly isUserPending?: boolean;
  /** the user's role, such as "Cardiology" */
  readonly userRole?: string | undefined;
  /** shown as a warning label outside production, such as "UAT"; undefined in production */
  readonly environmentLabel: string | undefined;
  readonly csrfToken: string;
  /** whether this browser has the app open for other patients too */
  readonly hasOthers?: boolean;
}

/** The content for the layout's `bar`. */
export function clinicianBar(props: ClinicianBarProps): SafeHtml {
  const label = props.environmentLabel;
  return html`${label === undefined ? null : html`<span class="environment">${label}</span>`}
<span class="user">${userText(props)}</span>
<form class="sign-out" method="post" action="${props.base}/sign-out"><input type="hidden" name="csrf" value="${props.csrfToken}"><button class="btn btn-sm" type="submit">Sign out</button>${props.hasOthers === true ? html` <button class="btn btn-sm btn-quiet" type="submit" name="all" value="true">Sign out of all patients</button>` : null}</form>`;
}

function userText({ userName, userRole, isUserPending }: ClinicianBarProps): SafeHtml | string {
  if (userName === undefined) return isUserPending === true ? '' : 'User details unavailable';
  return html`<bdi>${userName}</bdi>${userRole === undefined ? null : html` · <bdi>${userRole}</bdi>`}`;
}
