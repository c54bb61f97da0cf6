/** A line of a hex dump: eight bytes and their ASCII. */
export interface HexLine { at: number; bytes: string[]; text: string }

/** Bytes of base64 text; what is damaged gives no bytes. */
export function decode(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** A hex dump of at most 64 KB, eight bytes a line. */
export function hexLines(bytes: Uint8Array): HexLine[] {
  const lines: HexLine[] = [];
  for (let at = 0; at < Math.min(bytes.length, 1 << 16); at += 8) {
    const part = Array.from(bytes.subarray(at, at + 8));
    const hex = part.map((b) => b.toString(16).padStart(2, '0'));
    while (hex.length < 8) hex.push('  ');
    lines.push({ at, bytes: hex, text: part.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join('') });
  }
  return lines;
}
