/** A line being edited: its text and where the cursor is. */
export interface LineState { text: string; at: number }

/** The readline keys a native input lacks, by the letter pressed with Ctrl. */
export function control(key: string, { text, at }: LineState): LineState | undefined {
  switch (key) {
    case 'a': return { text, at: 0 };
    case 'e': return { text, at: text.length };
    case 'u': return { text: text.slice(at), at: 0 };
    case 'k': return { text: text.slice(0, at), at };
    case 'w': {
      const left = text.slice(0, at).replace(/\S+\s*$/, '');
      return { text: left + text.slice(at), at: left.length };
    }
    default: return undefined;
  }
}

/** Lines entered before, newest last, and where one is in them. */
export class History {
  private place: number;
  private draft = '';

  constructor(readonly lines: string[] = [], private readonly most = 200) {
    this.place = lines.length;
  }

  add(line: string): void {
    if (line.trim() && this.lines[this.lines.length - 1] !== line) this.lines.push(line);
    if (this.lines.length > this.most) this.lines.splice(0, this.lines.length - this.most);
    this.place = this.lines.length;
  }

  /** The line before; `now` is kept for coming back. */
  back(now: string): string {
    if (this.place === this.lines.length) this.draft = now;
    if (this.place > 0) this.place--;
    return this.lines[this.place] ?? this.draft;
  }

  forward(now: string): string {
    if (this.place >= this.lines.length) return now;
    this.place++;
    return this.place === this.lines.length ? this.draft : this.lines[this.place];
  }
}

/** What Tab makes of a line: the words' common beginning put in, and the words left to choose from. */
export function complete(line: string, at: number, from: number, words: readonly string[]): LineState & { choices: readonly string[] } {
  if (words.length === 0) return { text: line, at, choices: [] };
  let common = words[0];
  for (const word of words) while (!word.startsWith(common)) common = common.slice(0, -1);
  const done = words.length === 1 && !common.endsWith('/') ? common + ' ' : common;
  const text = line.slice(0, from) + done + line.slice(at);
  return { text, at: from + done.length, choices: words.length > 1 ? words : [] };
}
