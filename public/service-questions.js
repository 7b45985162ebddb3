/**
 * Shows a service's question only while the answers above it require it. Without this script, each question says when it
 * applies. The server alone decides which answers are sent.
 */
const NUMBER = /^\d+(?:\.\d+)?$/;
const holders = [...document.querySelectorAll('.own [data-shown]')];
const isSame = (answer, value) =>
  answer === value || (NUMBER.test(answer) && NUMBER.test(value) && Number(answer) === Number(value));

/** An answer counts only while its question is shown. */
function answerTo(name) {
  const field = document.getElementById(name);
  return field && !field.closest('[data-shown]')?.hidden ? field.value.trim() : '';
}

function holds([name, test, value]) {
  const answer = answerTo(name);
  return test === 'is' ? isSame(answer, value) : (answer !== '') === (test === 'given');
}

// The questions are in the form's order, and each refers only to those above it.
function showWhatIsAsked() {
  for (const holder of holders) holder.hidden = !JSON.parse(holder.dataset.shown).every((any) => any.some(holds));
}

if (holders.length > 0) {
  document.addEventListener('input', showWhatIsAsked);
  addEventListener('pageshow', showWhatIsAsked);
  showWhatIsAsked();
}
