/**
 * Browsers keep a page that the user leaves, to show it at once on Back, even one that they must not store. Its launch or
 * session may be over by then, so it is kept without its content and loaded anew.
 */
addEventListener('pagehide', ({ persisted }) => {
  if (persisted) document.documentElement.hidden = true;
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});
