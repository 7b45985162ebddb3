/** Sends the authorization form without a click; the page works without this. Not after "Back", where it would trap the visitor. */
const [navigation] = performance.getEntriesByType('navigation');
if (navigation?.type !== 'back_forward') {
  document.querySelector('form#authorize')?.requestSubmit();
}
