/**
 * Sends the authorization form without a click; the page works without it. It does nothing after "Back", where it would
 * trap the user.
 */
const [navigation] = performance.getEntriesByType('navigation');
if (navigation?.type !== 'back_forward') {
  document.querySelector('form#authorize')?.requestSubmit();
}
