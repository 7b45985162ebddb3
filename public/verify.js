/** Brings the list up to date in place while it is being watched; without script the page reloads itself instead. */
const EVERY_MS = 2_500;

async function bringUpToDate() {
  if (document.querySelector('.verify')?.dataset.watching !== 'yes') return;
  // While nobody looks, the next look is soon enough.
  if (!document.hidden) {
    const visit = { redirect: 'manual', headers: { accept: 'text/html' } };
    const response = await fetch(location.href, visit).catch(() => undefined);
    // Signed out meanwhile: the way to the sign-in page is a real visit.
    if (response?.type === 'opaqueredirect') return location.reload();
    if (response?.ok) replaceParts(new DOMParser().parseFromString(await response.text(), 'text/html'));
  }
  setTimeout(bringUpToDate, EVERY_MS);
}

/** Only what changed, so that focus and selection stay where they are and screen readers hear news only. */
function replaceParts(next) {
  for (const part of ['.ticks', '.verify-verdict', '.verify-more']) {
    const [now, then] = [document.querySelector(part), next.querySelector(part)];
    if (now && then && now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes);
  }
  const watching = next.querySelector('.verify')?.dataset.watching;
  if (watching) document.querySelector('.verify').dataset.watching = watching;
}

setTimeout(bringUpToDate, EVERY_MS);
