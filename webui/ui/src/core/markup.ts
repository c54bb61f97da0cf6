import { createElement, type ComponentChild } from 'preact';

const allowed = new Set(['P', 'H2', 'H3', 'H4', 'UL', 'OL', 'LI', 'CODE', 'PRE', 'STRONG', 'EM', 'A', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD',
  'BLOCKQUOTE', 'BR', 'HR']);
const dropped = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT', 'SVG', 'MATH', 'NOSCRIPT']);

/** A short text in which backquotes enclose what is typed or read literally. */
export function codeIn(text: string): ComponentChild[] {
  return text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? createElement('code', null, part) : part));
}

/** What a link inside prose leads to. */
export type Target =
  | { to: 'event'; seq: number }
  | { to: 'host'; host: string }
  | { to: 'file'; host: string; path: string; line: number }
  | { to: 'web'; href: string };

export function readTarget(href: string): Target | undefined {
  let match = /^event:(\d+)$/.exec(href);
  if (match) return { to: 'event', seq: Number(match[1]) };
  match = /^host:([\w.-]+)$/.exec(href);
  if (match) return { to: 'host', host: match[1] };
  match = /^file:([\w.-]+)(\/[^:]*)(?::(\d+))?$/.exec(href);
  if (match) return { to: 'file', host: match[1], path: match[2], line: Number(match[3] ?? 0) };
  if (/^https?:\/\//.test(href)) return { to: 'web', href };
  return undefined;
}

/**
 * Turns a fragment of the server's HTML into elements, keeping only known tags
 * and no attribute but the link's target. Parsing makes an inert document: no
 * script runs, nothing is fetched.
 */
export function markup(html: string, link: (target: Target, children: ComponentChild[]) => ComponentChild): ComponentChild[] {
  const doc = new DOMParser().parseFromString(html, 'text/html');
  const walk = (node: Node, depth: number): ComponentChild[] => {
    if (depth > 40) return [];
    return Array.from(node.childNodes).flatMap((child): ComponentChild[] => {
      if (child.nodeType === 3) return [child.nodeValue ?? ''];
      if (child.nodeType !== 1) return [];
      const name = (child as Element).tagName.toUpperCase();
      if (dropped.has(name)) return [];
      const inner = walk(child, depth + 1);
      if (!allowed.has(name)) return inner;
      if (name === 'A') {
        const target = readTarget((child as Element).getAttribute('href') ?? '');
        return target ? [link(target, inner)] : inner;
      }
      return [createElement(name.toLowerCase(), null, ...inner)];
    });
  };
  return walk(doc.body, 0);
}
