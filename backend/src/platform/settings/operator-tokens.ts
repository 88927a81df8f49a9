/** OPERATOR_TOKEN holds one token, or two while it is rotated: the new one and the one before. */
export const operatorTokensOf = (text: string): string[] =>
  text
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
