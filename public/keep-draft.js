/**
 * Saves the input of a new request when the user leaves its page without sending, and leaves a page that is no longer
 * used. Without this script, the page stays until its launch ends, and says so.
 */
const form = document.querySelector('form[data-keep]');
let isSubmitted = false;
let timer;
let saved;
const MOST_WHEN_LEFT = 60_000;

/** Whether a field's value differs from the one that the page came with. */
const isChanged = (field) =>
  field.options
    ? field.selectedIndex !==
      Math.max(
        0,
        [...field.options].findIndex((option) => option.defaultSelected),
      )
    : field.type === 'checkbox'
      ? field.checked !== field.defaultChecked
      : 'defaultValue' in field && field.value !== field.defaultValue;
const isTyped = () => [...form.elements].some(isChanged);

const typed = () => new URLSearchParams(new FormData(form));
const post = (body) => fetch(form.dataset.keep, { method: 'POST', body }).catch(() => undefined);

function keep() {
  if (!isSubmitted && isTyped()) navigator.sendBeacon(form.dataset.keep, typed());
}

/** From a page that is left, a browser posts at most 64 kB: a longer form is saved while the user is still here. */
function keepLong() {
  const body = typed();
  clearTimeout(timer);
  timer = undefined;
  const text = String(body);
  // Each post counts towards the limit of posts that Send has too.
  if (isSubmitted || text === saved || text.length <= MOST_WHEN_LEFT || !isTyped()) return;
  saved = text;
  void post(body);
}

async function leave() {
  const body = typed();
  // The next launch leads back to this form, if the form holds anything.
  body.set('intent', 'closing');
  const answer = await post(body);
  isSubmitted = answer?.ok === true;
  location.replace(form.dataset.leaveTo);
}

if (form) {
  form.querySelector('[data-without-script]')?.remove();
  form.querySelector('[data-with-script]')?.removeAttribute('hidden');
  // The routes for sending and discarding handle the typed text themselves. Signing out does not, so it is kept.
  addEventListener('submit', (event) => {
    isSubmitted = !event.target.matches('.sign-out');
  });
  addEventListener('pageshow', () => {
    isSubmitted = false;
  });
  addEventListener('pagehide', keep);
  form.addEventListener('change', keepLong);
  form.addEventListener('input', () => {
    timer ??= setTimeout(keepLong, 20_000);
  });
  const { leaveAfter, address } = form.dataset;
  // The URL names the form, so that a reload finds what was typed.
  if (address !== undefined) history.replaceState(null, '', address + location.hash);
  if (leaveAfter !== undefined) setTimeout(leave, Number(leaveAfter) * 1_000);
}
