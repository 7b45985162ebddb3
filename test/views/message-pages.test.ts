import { expect, test } from 'vitest';
import { assetPath } from '#views/assets.ts';
import { errorPage } from '#views/error-page.ts';
import { authorizeFormPage } from '#views/launches/authorize-form-page.ts';
import { cookiesBlockedPage } from '#views/launches/cookies-blocked-page.ts';
import { signedOutPage } from '#views/launches/signed-out-page.ts';

const failure = { title: 'This EHR is not set up', help: 'Ask your administrator.', supportCode: 'K7QF-2M9X' };
const launchUrl = '/smart/launch?orgId=a&iss=https%3A%2F%2Fehr.example%2Ffhir&launch=1';

test('an error page has plain words and a support code, and redirects nowhere (ER-01, ER-03)', () => {
  const page = errorPage(failure);
  expect(page).toContain('<title>This EHR is not set up</title>');
  expect(page).toContain('<p>Ask your administrator.</p>');
  expect(page).toContain('Support code: <code>K7QF-2M9X</code>');
  expect(page).not.toMatch(/http-equiv|<script(?! src)|href=""/);
});

test('the code can be copied, and the known contacts of the help desk are links', () => {
  const copy = '<button class="btn btn-sm copy" type="button" data-copy="K7QF-2M9X"';
  const name = 'Service <Desk>';
  const page = errorPage({ ...failure, helpDesk: { name, telephone: undefined, url: 'https://help.example/?a&b' } });
  for (const words of [copy, '<dd>Service &lt;Desk&gt;</dd>', 'href="https://help.example/?a&amp;b" target="_blank"'])
    expect(page).toContain(words);
  expect(page).not.toContain('Telephone');
  expect(errorPage({ ...failure, helpDesk: 'not set' })).toContain('read this code to your help desk');
  const help = 'If it happens again, give the support code to your help desk.';
  expect(errorPage({ ...failure, help, helpDesk: 'not set' }).match(/help desk/g)).toHaveLength(1);
  expect(errorPage(failure)).not.toMatch(/help desk/i);
});

test('a page that any site may frame has nothing to click', () => {
  const helpDesk = { name: 'Service Desk', telephone: '555 0100', url: 'https://help.example' };
  const page = errorPage({ ...failure, helpDesk, isBare: true });
  expect(page).toContain('555 0100');
  expect(page).not.toMatch(/<script|<button|help\.example/);
});

test('inside a chart a page is light unless the chart has a theme', () => {
  const page = errorPage({ ...failure, isInChart: true, themeUrl: '/launches/x/theme.css' });
  expect(page).toContain('<html lang="en" class="in-chart">');
  expect(page).toContain('<meta name="color-scheme" content="light">');
  expect(page).toContain('<link rel="stylesheet" href="/launches/x/theme.css">');
  expect(errorPage(failure)).toContain('<html lang="en">');
});

test('a temporary failure offers to reload, and can have a further text', () => {
  const page = errorPage({ ...failure, shown: 'At most 64 characters.', reloadable: true });
  expect(page).toContain('<strong>At most 64 characters.</strong>');
  expect(page).toContain('href="">Try again</a>');
});

test('with cookies blocked the launch goes on in a window without an opener', () => {
  expect(cookiesBlockedPage({ launchUrl, supportCode: 'X', kind: 'ehr' })).toContain(
    'href="/smart/launch?orgId=a&amp;iss=https%3A%2F%2Fehr.example%2Ffhir&amp;launch=1" target="_blank" rel="noopener noreferrer">Open in a new window</a>',
  );
});

test('the authorization form has every parameter, and a button for browsers without scripts (AZ)', () => {
  const page = authorizeFormPage({
    action: 'https://ehr.example/authorize',
    fields: { scope: 'a "b" <c>', state: 's' },
  });
  expect(page).toContain('<form id="authorize" method="post" action="https://ehr.example/authorize">');
  expect(page).toContain('<input type="hidden" name="scope" value="a &quot;b&quot; &lt;c&gt;">');
  expect(page).toContain('<input type="hidden" name="state" value="s">');
  expect(page).toContain('type="submit">Continue to sign-in</button>');
  expect(page).toContain(`<script src="${assetPath('send-authorize-form.js')}" defer></script>`);
});

test('after signing out the page says what has ended and what has not', () => {
  expect(signedOutPage()).toContain('Your EHR session is not affected.');
});

test.for([
  ['error', errorPage({ ...failure, title: '<img onerror=x>', help: '"><script>', shown: '<b>', supportCode: '<i>' })],
  ['cookies', cookiesBlockedPage({ launchUrl: '"><script>', supportCode: '<i>', kind: 'ehr' })],
  ['authorize', authorizeFormPage({ action: '"><script>', fields: { '"><script>': '"><script>' } })],
] as const)('text on the %s page stays text', ([, page]) => {
  expect(page).not.toMatch(/<img|<script>|<b>|<i>/);
});
