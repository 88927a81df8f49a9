/** The closest known name, if the difference could be a typo. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const plain = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  // Not every setting has the product's name in front.
  const written = [plain(name), plain(name.replace(/^VOXANNE_/i, ''))];
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = Math.min(...written.map((text) => editDistance(text, plain(candidate))));
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  return best && best.distance <= Math.min(3, Math.floor(plain(best.name).length / 3))
    ? best.name
    : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
