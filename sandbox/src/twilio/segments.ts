const gsm = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const gsmDouble = new Set('\f^{}\\[~]|€');

/** How many text messages a body costs: 160 characters, or 70 as soon as one is outside GSM-7. */
export function countSegments(body: string): number {
  let units = 0;
  for (const char of body) {
    if (gsmDouble.has(char)) units += 2;
    else if (gsm.has(char)) units += 1;
    else return split(body.length, 70, 67);
  }
  return split(units, 160, 153);
}

function split(units: number, single: number, part: number): number {
  return units <= single ? 1 : Math.ceil(units / part);
}
