/** Says at each field that the chart filled in whether it still says what the chart says. Without script, the review does. */
const changedHints = [...document.querySelectorAll('[data-if-not]')];

function compare() {
  for (const hint of changedHints) {
    const isSame = hint.closest('.field').querySelector('input').value.trim() === hint.dataset.ifNot;
    hint.hidden = isSame;
    hint.previousElementSibling.hidden = !isSame;
  }
}

if (changedHints.length > 0) {
  document.addEventListener('input', compare);
  addEventListener('pageshow', compare);
  compare();
}
