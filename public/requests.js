/**
 * Makes the request list respond at once: filters, columns and pages without a reload, keys, a refresh in the
 * background, and rows as dense as the user likes them. Everything except keys and density works without this script.
 */
const QUIET_MS = 60_000;
const PARTS = ['.page-heading', '.requests'];
let loadedAt = Date.now();
let latest = 0;

const list = () => document.querySelector('.requests');
/** A field of a closed dialog has the focus until the next frame, but receives no key: it does not count. */
const isField = (element) =>
  element?.matches?.('input, select, textarea, [contenteditable]') === true && element.checkVisibility();

/** Shows a view by replacing the parts that differ. After an unexpected response it navigates instead. */
async function show(url, { method = 'GET', body, isBack = false, isQuiet = false, isFromTop = false } = {}) {
  const turn = (latest += 1);
  list()?.setAttribute('aria-busy', 'true');
  const answer = await fetch(url, { method, body, headers: { accept: 'text/html' } }).catch(() => undefined);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : undefined;
  // The latest choice counts, whichever response arrives first.
  if (turn !== latest) return;
  list()?.removeAttribute('aria-busy');
  if (!page?.querySelector('.requests')) {
    // The launch is over, such as by a sign-out in another tab: its patient must not stay on the screen.
    if (!isQuiet || answer?.status === 401) location.assign(method === 'GET' ? url : location.href);
    return;
  }
  if (isQuiet && isInUse()) return;
  const focus = focusOf(document.activeElement);
  for (const part of PARTS) {
    const then = page.querySelector(part);
    if (then) document.querySelector(part)?.replaceWith(then);
  }
  addTools();
  loadedAt = Date.now();
  if (!isBack && !isQuiet) history.pushState(null, '', withoutFresh(answer.url));
  restore(focus);
  if (isFromTop) scrollTo({ top: 0, behavior: 'instant' });
  if (!isQuiet) say(list()?.querySelector('.groups [aria-current]')?.textContent ?? '');
}

/** Removes the parameters that must not count again at a reload. */
function withoutFresh(url) {
  const address = new URL(url);
  return address.pathname + address.search.replace(/&fresh\b/, '').replace(/&unattended\b/, '');
}

/** Describes the element with the focus, so that it can be found on the next page. */
function focusOf(element) {
  if (!list()?.contains(element)) return undefined;
  const { selectionStart, selectionEnd } = element;
  return {
    id: element.id,
    name: element.name,
    text: element.textContent,
    tag: element.localName,
    selectionStart,
    selectionEnd,
  };
}

function restore(focus) {
  if (!focus) return;
  const same = [...(list()?.querySelectorAll(focus.tag) ?? [])].find((one) =>
    focus.id || focus.name
      ? one.id === focus.id && one.name === focus.name
      : one.textContent.replace(/\d/g, '') === focus.text.replace(/\d/g, ''),
  );
  (same ?? list()?.querySelector('.groups [aria-current]'))?.focus({ preventScroll: true });
  if (same?.type === 'search') same.setSelectionRange(focus.selectionStart, focus.selectionEnd);
}

/** Announces the shown group to screen readers. */
function say(text) {
  const line = document.querySelector('.now-shown') ?? document.createElement('p');
  line.className = 'now-shown visually-hidden';
  line.setAttribute('role', 'status');
  document.querySelector('main').append(line);
  line.textContent = text;
}

/** Whether the user is typing, has something open or has selected text: a refresh must not disturb that. */
function isInUse() {
  const open = document.querySelector('.requests details[open], dialog[open]');
  return open !== null || isField(document.activeElement) || String(getSelection()) !== '';
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('.groups a, thead a, .pages a, a.clear, .empty a');
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || !list()?.contains(link)) return;
  event.preventDefault();
  void show(link.href, { isFromTop: link.closest('.pages') !== null });
});

function submit(form) {
  void show(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
}

document.addEventListener('submit', (event) => {
  if (!event.target.matches('.filters')) return;
  event.preventDefault();
  submit(event.target);
});
document.addEventListener('change', (event) => {
  const form = event.target.closest('.filters');
  if (form && event.target.type !== 'search') submit(form);
});
addEventListener('popstate', () => void show(location.href, { isBack: true }));

document.addEventListener('visibilitychange', () => {
  const isOld = Date.now() - loadedAt >= QUIET_MS;
  if (document.visibilityState !== 'visible' || !isOld || isInUse()) return;
  const address = new URL(location.href);
  const query = address.search === '' ? '?' : `${address.search}&`;
  void show(`${address.pathname}${query}fresh&unattended`, { isQuiet: true });
});

/* Stored in the browser; a browser that stores nothing has the default. */
const kept = {
  get: (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set: (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // The browser stores nothing, so the choice lasts for this page only.
    }
  },
};
const isCompact = () => document.documentElement.dataset.density === 'compact';
const isCompactKept = () => kept.get('density') === 'compact';
function setDensity(density) {
  document.documentElement.dataset.density = density;
  kept.set('density', density);
  addTools();
}

/** Adds the buttons that need this script. */
function addTools() {
  document.querySelector('.tools')?.remove();
  const heading = document.querySelector('.page-heading:has(~ .requests .groups)');
  if (!heading) return;
  const tools = Object.assign(document.createElement('div'), { className: 'tools' });
  const button = (textContent, action) => {
    const made = Object.assign(document.createElement('button'), {
      type: 'button',
      className: 'btn btn-sm btn-quiet',
      textContent,
    });
    made.addEventListener('click', action);
    tools.append(made);
  };
  button(isCompact() ? 'Comfortable rows' : 'Compact rows', () => setDensity(isCompact() ? 'comfortable' : 'compact'));
  button('Keyboard', help);
  heading.append(tools);
}
setDensity(isCompactKept() ? 'compact' : 'comfortable');

/* The head of the table stays below the patient strip, whose height varies. */
const strip = document.querySelector('.patient');
if (strip) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--strip', `${strip.offsetHeight}px`);
  }).observe(strip);
}

const KEYS = [
  ['/', 'Search'],
  ['n', 'New request'],
  ['j, k', 'Next and previous request'],
  ['Esc', 'Leave the search'],
  ['d', 'Comfortable or compact rows'],
  ['?', 'This help'],
];

/** The script makes this dialog, because the page has no keys without the script. */
function help() {
  const dialog = document.querySelector('dialog.keys') ?? document.createElement('dialog');
  dialog.className = 'keys';
  dialog.setAttribute('aria-label', 'Keyboard');
  const names = document.createElement('dl');
  for (const [key, what] of KEYS) {
    const [term, text, keyed] = ['dt', 'dd', 'kbd'].map((name) => document.createElement(name));
    keyed.textContent = key;
    term.append(keyed);
    text.textContent = what;
    names.append(term, text);
  }
  const label = document.createElement('label');
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: kept.get('keys') !== 'off' });
  box.addEventListener('change', () => kept.set('keys', box.checked ? 'on' : 'off'));
  label.append(box, ' Use these keys');
  const close = Object.assign(document.createElement('button'), {
    className: 'btn btn-sm',
    textContent: 'Close',
  });
  close.addEventListener('click', () => dialog.close());
  const heading = Object.assign(document.createElement('h2'), { textContent: 'Keyboard' });
  dialog.replaceChildren(heading, names, label, document.createElement('br'), close);
  document.body.append(dialog);
  dialog.showModal();
  // Not `autofocus`, which browsers block in a frame.
  close.focus();
}

function move(step) {
  const links = [...document.querySelectorAll('.request-table tbody th a')].filter((link) => link.checkVisibility());
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  links[next]?.focus();
}

/** Opens the form with the focus on its first field; a click of the button leaves it at the top, as any page does. */
function openForm() {
  const link = document.querySelector('.create-request a');
  if (link) location.assign(`${link.href}#service`);
}

const ACTIONS = {
  '/': () => document.querySelector('#find-text')?.focus(),
  n: openForm,
  j: () => move(1),
  k: () => move(-1),
  d: () => setDensity(isCompact() ? 'comfortable' : 'compact'),
  '?': help,
};

document.addEventListener('keydown', (event) => {
  // Or else the browser empties the field, which then contradicts the list.
  if (event.key === 'Escape' && event.target.id === 'find-text' && !event.isComposing) {
    event.preventDefault();
    event.target.blur();
  }
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
  const isOff = kept.get('keys') === 'off' && event.key !== '?';
  const action = Object.hasOwn(ACTIONS, event.key) ? ACTIONS[event.key] : undefined;
  if (!action || !isPlain || isOff || isField(event.target) || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  action();
});
