/** Puts the text of a chosen file into the field beside it. Without this script, the user pastes the text. */
async function readInto(field, input) {
  const [file] = input.files;
  if (!file) return;
  field.value = await file.text();
  // An empty value lets the user choose the same file again after correcting it.
  input.value = '';
  field.focus();
}

for (const input of document.querySelectorAll('input[type="file"][data-into]')) {
  const field = document.getElementById(input.dataset.into);
  input.closest('[hidden]')?.removeAttribute('hidden');
  input.addEventListener('change', () => void readInto(field, input));
}
