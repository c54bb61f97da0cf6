import type { JSX } from 'preact';
import { lang, theme, type Theme } from '../state/prefs';
import { words } from '../words';
import { Icon } from './icons';

/** Language and theme, in every header. */
export function Settings(): JSX.Element {
  const w = words.value;
  const themes: [Theme, string][] = [['light', w.themeLight], ['dark', w.themeDark], ['projector', w.themeProjector]];
  return (
    <>
      <button type="button" class="btn" onClick={() => { lang.value = lang.value === 'ko' ? 'en' : 'ko'; }} lang={lang.value === 'ko' ? 'en' : 'ko'}
        aria-label={lang.value === 'ko' ? 'EN, English' : '한국어'} title={w.language}>
        <Icon name="globe" /><span>{lang.value === 'ko' ? 'EN' : '한국어'}</span>
      </button>
      <label class="select-icon" title={w.theme}>
        <Icon name="sun" />
        <span class="hidden">{w.theme}</span>
        <select value={theme.value} onChange={(e) => { theme.value = e.currentTarget.value as Theme; }}>
          {themes.map(([id, label]) => <option key={id} value={id}>{label}</option>)}
        </select>
      </label>
    </>
  );
}
