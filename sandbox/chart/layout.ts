/** The layout of every page of the mock EHR, which marks it as synthetic. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { chartStyle } from './style.ts';

/** A whole document; `title` and `content` are escaped by the template tag. */
export function layout(title: string, content: SafeHtml): SafeHtml {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - St. Elsewhere (SYNTHETIC DATA)</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/bootstrap.css">
<style>${html.raw`${chartStyle}`}</style>
</head>
<body>
<header class="ehr-bar">
  <a class="ehr-name" href="/chart">St. Elsewhere <span>mock EHR</span></a>
  <strong class="ehr-synthetic">SYNTHETIC DATA</strong>
  <nav><a href="/chart">Charts</a> <a href="/faults">Faults</a></nav>
</header>
${content}
</body>
</html>
`;
}
