/** The one page every failure ends in (ER-01): what happened, what to do next, and a code that finds the log line. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { icon } from './icons.ts';
import { layout } from './layout.ts';
import { type SupportLineProps, supportLine } from './support-line.ts';

export interface ErrorPageProps extends SupportLineProps {
  readonly title: string;
  readonly help: string;
  /** the app's own text after the help, such as the length of a field; never an EHR's text */
  readonly shown?: string | undefined;
  /** whether opening the same address again can succeed */
  readonly reloadable?: boolean | undefined;
  /** the URL, of this app, of the page from which a failed action came */
  readonly backTo?: string | undefined;
  /** the page reports an end that the user chose, not a failure */
  readonly isDone?: boolean | undefined;
  /** the URL, of this app, where a launch outside the EHR starts again */
  readonly startAgain?: string | undefined;
  readonly isInChart?: boolean | undefined;
  readonly themeUrl?: string | undefined;
}

/** A whole page; it never sends the visitor anywhere by itself (ER-03). */
export function errorPage(props: ErrorPageProps): string {
  const { title, isInChart, themeUrl, isBare } = props;
  const isCodeExplained = props.helpDesk === 'not set' && props.help.includes('support code');
  return layout(
    { title, isInChart, themeUrl, script: isBare === true ? undefined : 'copy.js' },
    html`<div class="message">
<h1>${icon(props.isDone === true ? 'done' : 'warning')} ${title}</h1>
<p>${props.help}${props.shown === undefined ? null : html` <strong>${props.shown}</strong>`}</p>
${props.reloadable === true ? html`<p><a class="btn btn-primary" href="">Try again</a></p>` : null}
${props.backTo === undefined ? null : html`<p><a class="btn btn-primary" href="${props.backTo}">Back to the requests</a></p>`}
${props.startAgain === undefined ? null : startAgainLink(props.startAgain)}
${supportLine(isCodeExplained ? { ...props, helpDesk: undefined } : props)}
</div>
`,
  );
}

/** A link and not a redirect: the visitor decides when to sign in again (ER-03). */
export function startAgainLink(path: string): SafeHtml {
  return html`<p><a class="btn btn-primary" href="${path}">Start again</a></p>`;
}
