/** Makes the copy buttons work and visible; the values can be selected without it. */
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

/** A frame of another site must not write to the clipboard, unless the page around it allows that. */
function isWritten(text) {
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

/** Leaves the value selected, so that the keys can copy it where the browser lets no script do it. */
function isSelectionCopied(value) {
  if (!value) return false;
  getSelection().selectAllChildren(value);
  return document.execCommand('copy');
}
