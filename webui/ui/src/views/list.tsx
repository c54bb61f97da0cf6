import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface ListProps {
  count: number;
  rowHeight: number;
  /** renders row i; the element gets the returned style values */
  row: (index: number) => ComponentChildren;
  /** index to keep in sight when it changes, -1 for none */
  current: number;
  role: 'tree' | 'listbox';
  label: string;
  activeId?: string;
  onKeyDown?: (e: KeyboardEvent) => void;
  class?: string;
  /** scroll to the end when rows come, unless the reader scrolled up */
  follow?: boolean;
}

/** Rows rendered beside the visible ones. */
const MARGIN = 8;
/** Rows in the document at most. */
const MOST = 80;

/** A list of equal rows of which only those in sight are in the document. */
export function VirtualList(p: ListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const atEnd = useRef(true);

  useEffect(() => {
    const el = box.current!;
    const watch = new ResizeObserver(() => setHeight(el.clientHeight));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);

  useLayoutEffect(() => {
    const el = box.current!;
    if (p.current < 0) return;
    const from = p.current * p.rowHeight;
    if (from < el.scrollTop || from + p.rowHeight > el.scrollTop + el.clientHeight) {
      el.scrollTop = Math.max(0, from - el.clientHeight / 3);
      setTop(el.scrollTop);
    }
  }, [p.current]);

  useLayoutEffect(() => {
    const el = box.current!;
    if (p.follow && atEnd.current && p.current < 0) el.scrollTop = el.scrollHeight;
  }, [p.count]);

  const onScroll = () => {
    const el = box.current!;
    atEnd.current = el.scrollTop + el.clientHeight >= el.scrollHeight - 4;
    setTop(el.scrollTop);
  };

  const first = Math.max(0, Math.min(p.count - 1, Math.floor(top / p.rowHeight) - MARGIN));
  const shown = Math.min(MOST, Math.ceil(height / p.rowHeight) + 2 * MARGIN, Math.max(0, p.count - first));
  return (
    <div ref={box} class={`vlist ${p.class ?? ''}`} role={p.role} aria-label={p.label} tabIndex={0} aria-activedescendant={p.activeId}
      onScroll={onScroll} onKeyDown={p.onKeyDown}>
      <div class="vlist-all" role="presentation" style={{ height: p.count * p.rowHeight + 'px' }}>
        <div class="vlist-part" role="presentation" style={{ transform: `translateY(${first * p.rowHeight}px)` }}>
          {Array.from({ length: shown }, (_, i) => p.row(first + i))}
        </div>
      </div>
    </div>
  );
}
