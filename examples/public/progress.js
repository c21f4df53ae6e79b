// Shows in a form's progress bar how much of its files is sent: htmx says so, in both versions. And its Cancel button stops it.
document.addEventListener('htmx:xhr:progress', ({ target, detail }) => {
  const form = target.closest('form');
  const bar = form?.querySelector('progress');
  if (!bar || !detail.lengthComputable) return;
  bar.max = detail.total;
  bar.value = detail.loaded;
  form.querySelector('output').textContent = `${Math.floor((100 * detail.loaded) / detail.total)} %`;
});
document.addEventListener('click', ({ target }) => {
  if (target.matches('[data-abort]')) htmx.trigger(target.closest('form'), 'htmx:abort');
});
