const context = document.createElement('canvas').getContext('2d');
const known = new Map<string, number>();

/** Width of a text in px in the given CSS font. */
export function textWidth(text: string, font: string): number {
  const key = font + '\n' + text;
  let width = known.get(key);
  if (width === undefined) {
    if (context) context.font = font;
    width = context ? context.measureText(text).width : text.length * 8;
    if (known.size > 5000) known.clear();
    known.set(key, width);
  }
  return width;
}

/** Breaks a text at its blanks into at most `most` lines that fit; what is left over is cut. */
export function wrap(text: string, font: string, room: number, most: number): string[] {
  if (most === 1 || textWidth(text, font) <= room) return [fit(text, font, room)];
  const words = text.split(' ');
  let n = 1;
  while (n < words.length && textWidth(words.slice(0, n + 1).join(' '), font) <= room) n++;
  const rest = words.slice(n).join(' ');
  return [fit(words.slice(0, n).join(' '), font, room), ...(rest ? wrap(rest, font, room, most - 1) : [])];
}

/** Cuts a text so that it fits, with an ellipsis. */
export function fit(text: string, font: string, room: number): string {
  if (textWidth(text, font) <= room) return text;
  let n = text.length - 1;
  while (n > 1 && textWidth(text.slice(0, n) + '…', font) > room) n--;
  return text.slice(0, n) + '…';
}
