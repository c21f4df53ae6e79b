// Shows in a form's progress bar how much of its files is sent. htmx says so, in both versions.
document.addEventListener('htmx:xhr:progress', ({ target, detail }) => {
  const bar = target.closest('form')?.querySelector('progress');
  if (!bar || !detail.lengthComputable) return;
  bar.max = detail.total;
  bar.value = detail.loaded;
});
