const prefix = 'mxlab:';

/** Reads a remembered text; undefined where there is none or storage is barred. */
export function read(key: string): string | undefined {
  try {
    return localStorage.getItem(prefix + key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a text. A full or barred storage is no error: the page works without. */
export function write(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, value);
  } catch {
    // nothing is remembered then
  }
}

/** Reads a remembered value; `otherwise` where there is none or it is damaged. */
export function readValue<T>(key: string, otherwise: T): T {
  try {
    const text = read(key);
    return text === undefined ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function writeValue(key: string, value: unknown): void {
  write(key, JSON.stringify(value));
}
