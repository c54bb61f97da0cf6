import { computed } from '@preact/signals';
import type { Text } from '../protocol';
import { lang, pseudo } from '../state/prefs';
import { en, type Words } from './en';
import { ko } from './ko';

/** The words of the chosen language; a key missing in one is a type error. */
export const words = computed<Words>(() => {
  const chosen = lang.value === 'ko' ? ko : en;
  return pseudo ? longer(chosen) : chosen;
});

/** A text of the lab's voice in the chosen language; the other one where it is missing. */
export function say(text: Text | undefined): string {
  if (!text) return '';
  const [first, second] = lang.value === 'ko' ? [text.ko, text.en] : [text.en, text.ko];
  return first || second || '';
}

/** The pseudo-locale: every text 40 % longer, in brackets. */
function longer<T>(value: T): T {
  if (typeof value === 'string') return (value && `[${value}${'~'.repeat(Math.ceil(value.length * 0.4))}]`) as T;
  if (typeof value === 'function') return ((...args: unknown[]) => longer((value as (...a: unknown[]) => string)(...args))) as T;
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, longer(v)])) as T;
  return value;
}
