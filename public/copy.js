/** Makes the copy buttons work and visible where the browser has a clipboard; the values can be selected without it. */
if (navigator.clipboard) {
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false;
  }
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button[data-copy]');
    if (button) void copy(button);
  });
}

async function copy(button) {
  const isCopied = await navigator.clipboard.writeText(button.dataset.copy).then(
    () => true,
    () => false,
  );
  button.textContent = isCopied ? 'Copied' : 'Press Ctrl+C';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2_000);
}
