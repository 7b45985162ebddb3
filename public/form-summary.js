/**
 * Shows beside a new request what its form says so far, and what it still needs. Only a wide page has room for it; the
 * review shows the same to every user before anything is sent.
 */
const request = document.querySelector('form[data-keep]');
const summary = document.querySelector('.so-far');

const DAY = new Intl.DateTimeFormat('en-US', {
  ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
});

/** Fields in a closed fold count; fields of a part that the service does not use do not. */
const isAsked = (field) => (field.closest('.repeats') ?? field).checkVisibility();
const wordsOf = (element) => element?.firstChild?.textContent.trim() ?? '';

/** A day as the review says it: "Sun 20 Dec 2026". */
function dayWords(text, type) {
  const day = type.startsWith('date') ? new Date(text.slice(0, 10)) : undefined;
  if (day === undefined || Number.isNaN(day.getTime())) return text;
  const [, weekday, month, date, year] = /^(\w+), (\w+) (\d+), (\d+)$/.exec(DAY.format(day)) ?? [];
  return `${weekday} ${date} ${month} ${year}${text.slice(10)}`;
}

/** The name and the text of a field; undefined if it is empty. */
function saidBy(field) {
  if (field.type === 'hidden' || !field.name || !isAsked(field)) return undefined;
  if (field.type === 'checkbox') {
    const label = field.closest('label');
    const parts = [label?.querySelector('bdi') ?? label, label?.querySelector('.chart-label')];
    const text = parts.flatMap((part) => part?.textContent.trim() ?? []).join(' · ');
    return field.checked ? [wordsOf(field.closest('fieldset')?.querySelector('legend')), text] : undefined;
  }
  const label = field.id && request.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  const typed = dayWords(field.type === 'datetime-local' ? field.value.replace('T', ' ') : field.value, field.type);
  const text = field.value === '' || !field.options ? typed : field.selectedOptions[0]?.textContent;
  return label && text.trim() !== '' ? [wordsOf(label), text.trim()] : undefined;
}

/** A reason is needed unless the request is routine or has a diagnosis. */
function isNeeded(field) {
  if (field.id !== 'reason') return field.required || field.dataset.required !== undefined;
  const isChosen = field.closest('section').querySelector(':checked') !== null;
  return request.querySelector('#priority').value !== 'routine' && !isChosen;
}

function made(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

/** The days of a week share a line. */
const inLines = (texts) => (texts.every(({ length }) => length <= 3) ? [texts.join(', ')] : texts);

function row([name, texts]) {
  const holder = document.createElement('div');
  holder.append(made('dt', { textContent: name }), ...texts.map((text) => made('dd', { textContent: text })));
  return holder;
}

function summarize() {
  const said = [...request.elements].flatMap((field) => [saidBy(field) ?? []]).filter(({ length }) => length > 0);
  const byName = Map.groupBy(said, ([name]) => name);
  const rows = [...byName].map(([name, all]) => row([name, inLines(all.map(([, text]) => text))]));
  summary.querySelector('dl').replaceChildren(...rows);
  const missing = [...request.elements].filter((field) => isNeeded(field) && field.value === '' && isAsked(field));
  const links = missing.map((field) => {
    const text = wordsOf(request.querySelector(`label[for="${CSS.escape(field.id)}"]`));
    return made('a', { href: `#${field.id}`, textContent: text });
  });
  const needed = summary.querySelector('p');
  needed.hidden = links.length === 0;
  needed.replaceChildren('Still needed: ', ...links.flatMap((link, at) => (at === 0 ? [link] : [', ', link])));
}

if (request && summary) {
  summary.hidden = false;
  document.addEventListener('input', summarize);
  addEventListener('pageshow', summarize);
  summarize();
}
