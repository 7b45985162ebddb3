/** Updates the list in place while the page is visible. Without this script, the page reloads itself. */
const EVERY_MS = 2_500;

async function bringUpToDate() {
  if (document.querySelector('.verify')?.dataset.watching !== 'yes') return;
  // A hidden page is updated as soon as it is visible.
  if (!document.hidden) {
    const visit = { redirect: 'manual', headers: { accept: 'text/html' } };
    const response = await fetch(location.href, visit).catch(() => undefined);
    // The session has ended: only an ordinary navigation leads to the sign-in page.
    if (response?.type === 'opaqueredirect') return location.reload();
    if (response?.ok) replaceParts(new DOMParser().parseFromString(await response.text(), 'text/html'));
  }
  setTimeout(bringUpToDate, EVERY_MS);
}

/** Replaces only what changed, so that focus and selection stay and screen readers announce only changes. */
function replaceParts(next) {
  for (const part of ['.ticks', '.verify-verdict', '.verify-more']) {
    const [now, then] = [document.querySelector(part), next.querySelector(part)];
    if (now && then && now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes);
  }
  const watching = next.querySelector('.verify')?.dataset.watching;
  if (watching) document.querySelector('.verify').dataset.watching = watching;
}

setTimeout(bringUpToDate, EVERY_MS);
