/** Shows the copy buttons and makes them work. Without this script, the values can be selected. */
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
}
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button[data-copy]');
  if (button) void copy(button);
});

async function copy(button) {
  const isCopied = (await isWritten(button.dataset.copy)) || isSelectionCopied(button.previousElementSibling);
  button.textContent = isCopied ? 'Copied' : 'Press Ctrl+C';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2_000);
}

/** A cross-site frame must not write to the clipboard unless the page around it allows it. */
function isWritten(text) {
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

/** Selects the value, so that the user can copy it by keyboard if the browser allows no script to copy. */
function isSelectionCopied(value) {
  if (!value) return false;
  getSelection().selectAllChildren(value);
  return document.execCommand('copy');
}
