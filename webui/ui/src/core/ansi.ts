/** A run of terminal text of one look. */
export interface Run { text: string; className: string }

/**
 * Splits terminal output at SGR sequences (ECMA-48 8.3.117: bold, underline,
 * inverse, the eight colours and their bright forms) and drops every other
 * control sequence. A carriage return before a line end is dropped.
 */
export function runs(text: string): Run[] {
  const list: Run[] = [];
  let bold = false;
  let under = false;
  let inverse = false;
  let color = -1;
  let at = 0;
  const add = (part: string) => {
    const clean = part.replace(/\r\n/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');
    if (!clean) return;
    const names = [bold && 'sgr-bold', under && 'sgr-under', inverse && 'sgr-inverse', color >= 0 && `sgr-${color}`].filter(Boolean).join(' ');
    const last = list[list.length - 1];
    if (last && last.className === names) last.text += clean;
    else list.push({ text: clean, className: names });
  };
  const escape = /\x1b(?:\[([0-9;?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])/g;
  for (let match = escape.exec(text); match; match = escape.exec(text)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    for (const code of (match[1] || '0').split(';').map(Number)) {
      if (code === 0) { bold = under = inverse = false; color = -1; }
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 4) under = true;
      else if (code === 24) under = false;
      else if (code === 7) inverse = true;
      else if (code === 27) inverse = false;
      else if (code >= 30 && code <= 37) color = code - 30;
      else if (code >= 90 && code <= 97) color = code - 90;
      else if (code === 39) color = -1;
    }
  }
  add(text.slice(at));
  return list;
}
