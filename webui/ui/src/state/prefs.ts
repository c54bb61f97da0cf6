import { computed, effect, signal } from '@preact/signals';
import { read, write } from './storage';

export type Lang = 'ko' | 'en';
export type Theme = 'light' | 'dark' | 'projector';

const asked = new URLSearchParams(location.search);

function oneOf<T extends string>(value: string | null | undefined, list: readonly T[], otherwise: T): T {
  return list.includes(value as T) ? (value as T) : otherwise;
}

/** Language of the page's own voice. `?lang=` wins, for links from a course page. */
export const lang = signal<Lang>(oneOf(asked.get('lang') ?? read('lang'), ['ko', 'en'], navigator.language.startsWith('ko') ? 'ko' : 'en'));

/** `?pseudo` lengthens every text by 40 %, to see what clips. */
export const pseudo = asked.has('pseudo');

export const theme = signal<Theme>(oneOf(asked.get('theme') ?? read('theme'), ['light', 'dark', 'projector'],
  matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));

/** Single letters as shortcuts; can be switched off (WCAG 2.1.4). */
export const letterKeys = signal(read('letterKeys') !== 'off');

const motionQuery = matchMedia('(prefers-reduced-motion: reduce)');

/** Less motion is wanted: marks then move only at steps. */
export const calm = signal(motionQuery.matches);
motionQuery.addEventListener('change', () => { calm.value = motionQuery.matches; });

/** How much fits side by side: all panels, one side panel and the middle, or one panel. Large text needs more room. */
export type Layout = 'wide' | 'mid' | 'one';

const width = signal(innerWidth);
addEventListener('resize', () => { width.value = innerWidth; });

export const layout = computed<Layout>(() => {
  const scale = theme.value === 'projector' ? 1.5 : 1;
  return width.value >= 1100 * scale ? 'wide' : width.value >= 780 * Math.min(scale, 1.3) ? 'mid' : 'one';
});

effect(() => {
  document.documentElement.lang = lang.value;
  write('lang', lang.value);
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
  write('theme', theme.value);
});
effect(() => write('letterKeys', letterKeys.value ? 'on' : 'off'));
