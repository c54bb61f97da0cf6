/** Pairs of particles: after a final consonant, after a vowel. */
const pairs = {
  이: ['이', '가'], 은: ['은', '는'], 을: ['을', '를'], 과: ['과', '와'], 으로: ['으로', '로'], 아: ['아', '야'],
} as const;

export type Particle = keyof typeof pairs;

/** Finals of digits as read in Korean: 영 일 이 삼 사 오 육 칠 팔 구. */
const digits = ['ㅇ', 'ㄹ', '', 'ㅁ', '', '', 'ㄱ', 'ㄹ', 'ㄹ', ''];
/** Finals of letters as read in Korean: 엘 엠 엔 알 end in a consonant; 알 and 엘 in ㄹ. */
const letters: Record<string, string> = { l: 'ㄹ', m: 'ㅁ', n: 'ㄴ', r: 'ㄹ' };

/**
 * The final consonant with which a word is read: '' for a vowel. Closing
 * brackets, quotes and dots are passed over.
 */
export function final(word: string): string {
  const bare = word.replace(/[\s)\]}>"'”’.,:;!?]+$/u, '');
  const last = bare.slice(-1);
  const code = last.charCodeAt(0);
  if (code >= 0xac00 && code <= 0xd7a3) {
    const jong = (code - 0xac00) % 28;
    return jong === 0 ? '' : jong === 8 ? 'ㄹ' : 'ㄱ';
  }
  if (last >= '0' && last <= '9') {
    // 10, 100, 1000 end in 십, 백, 천.
    if (last === '0') return /[1-9]0+$/.test(bare) || bare === '0' ? 'ㄱ' : 'ㅇ';
    return digits[Number(last)];
  }
  if (/[a-z]/i.test(last)) return english(bare.toLowerCase());
  return '';
}

// Abbreviations are read letter by letter (MX: 엠엑스); other English words by
// their usual Korean reading, of which the ending tells the final well enough.
function english(word: string): string {
  const tail = /[a-z]+$/.exec(word)?.[0] ?? '';
  const last = tail.slice(-1);
  if (tail.length <= 1 || /^(dns|mx|ns|ptr|spf|smtp|pop|imap|tcp|udp|mta|ttl|url|txt|dkim|isp|ssh|dnsbl)$/.test(tail)) {
    return tail === 'url' || tail === 'ttl' || tail === 'dnsbl' ? 'ㄹ' : tail === 'dkim' ? 'ㅁ' : letters[last] ?? '';
  }
  if (/(ng|ck|[^aeiou]?[bkp]|[aeiou]t)$/.test(tail) && !/(ke|pe)$/.test(tail)) return /[aeiou]{2}t$/.test(tail) ? '' : 'ㄱ';
  if (/[lmn]$/.test(tail)) return last === 'l' ? 'ㄹ' : 'ㅁ';
  if (/(le|ne|me)$/.test(tail)) return last === 'e' && tail.endsWith('le') ? 'ㄹ' : 'ㅁ';
  return '';
}

/** The particle that fits behind a word: josa('서버', '을') is '를'. */
export function josa(word: string, particle: Particle): string {
  const end = final(word);
  const [closed, open] = pairs[particle];
  if (particle === '으로') return end === '' || end === 'ㄹ' ? open : closed;
  return end === '' ? open : closed;
}

/** Word and particle: '서버를'. */
export function withJosa(word: string, particle: Particle): string {
  return word + josa(word, particle);
}
