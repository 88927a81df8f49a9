// Before the first paint, so that a chosen dark page never flashes white. A file because the CSP forbids inline scripts.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem('voxanne-color-scheme');
  } catch {
    // Storage can be blocked; then the system's scheme is used.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
}
