/** The frame of every page: document head, top bar, landmarks. No inline style or script, so that a strict CSP holds. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type AssetName, assetPath } from './assets.ts';

export interface LayoutProps {
  readonly title: string;
  /** the per-launch theme's URL on this origin; it may set the --vc-… properties of app.css */
  readonly themeUrl?: string | undefined;
  /** shown inside the EHR, which is light unless its theme says otherwise: the visitor's own dark mode is not followed */
  readonly isInChart?: boolean | undefined;
  /** stylesheets after app.css, in this order */
  readonly styles?: readonly AssetName[] | undefined;
  /** the content of the top bar beside the product's name; the page is a user's own, and not shown again by Back */
  readonly bar?: SafeHtml | undefined;
  /** scripts; the page also works without them */
  readonly script?: AssetName | readonly AssetName[] | undefined;
}

/** The product's logo, in the colour of its name. */
const mark = html`<svg class="brand-mark" viewBox="0 0 32 32" width="16" height="16" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="7"/><path d="M8 9l8 15 8-15"/></svg>`;

/** Everything up to and including `<main>`, so that a page can be sent before its data is there. */
export function layoutStart(props: LayoutProps): SafeHtml {
  const inChart = props.isInChart === true;
  return html`<!doctype html>
<html lang="en"${inChart ? html` class="in-chart"` : null}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${inChart ? 'light' : 'light dark'}">
<title>${props.title}</title>
<link rel="icon" href="${assetPath('favicon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetPath('bootstrap.css')}">
<link rel="stylesheet" href="${assetPath('app.css')}">
${props.styles?.map((name) => html`<link rel="stylesheet" href="${assetPath(name)}">`)}
${props.themeUrl === undefined ? null : html`<link rel="stylesheet" href="${props.themeUrl}">`}
${[props.bar ? ['reload-on-back.js' as const] : [], props.script ?? []].flat().map((name) => html`<script src="${assetPath(name)}" defer></script>`)}
</head>
<body>
<a class="skip-link" href="#main">Skip to content</a>
<header class="top-bar"><span class="brand">${mark}VectorCare</span>${props.bar}</header>
<main id="main" class="page" tabindex="-1">
`;
}

/** The rest of the document, with a closing line if there is one. */
export function layoutEnd(footer?: string): SafeHtml {
  return html`</main>
${footer === undefined ? null : html`<footer class="page-footer">${footer}</footer>`}
</body>
</html>
`;
}

/** A whole page. */
export function layout(props: LayoutProps, main: SafeHtml): string {
  return String(html`${layoutStart(props)}${main}${layoutEnd()}`);
}
