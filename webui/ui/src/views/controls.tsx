import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { markup, type Target } from '../core/markup';
import type { HTML } from '../protocol';
import { lang } from '../state/prefs';
import { useDesk } from '../state/context';
import { words } from '../words';
import { Icon, type IconName } from './icons';

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  pressed?: boolean;
  disabled?: boolean;
  class?: string;
  text?: boolean;
}

/** A button of an icon; its label is its name and tooltip, and with `text` beside it. */
export function IconButton({ icon, label, onClick, pressed, disabled, class: extra, text }: IconButtonProps): JSX.Element {
  return (
    <button type="button" class={`btn ${text ? '' : 'btn-icon'} ${extra ?? ''}`} aria-label={text ? undefined : label} title={text ? undefined : label}
      aria-pressed={pressed} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
      {text ? <span>{label}</span> : null}
    </button>
  );
}

interface TabItem { id: string; label: ComponentChildren }

/** A row of tabs with the roving focus of the ARIA pattern. */
export function Tabs({ items, value, onChange, label, panel }: { items: TabItem[]; value: string; onChange: (id: string) => void; label: string; panel: string }): JSX.Element {
  const row = useRef<HTMLDivElement>(null);
  const onKey = (e: KeyboardEvent) => {
    const at = items.findIndex((i) => i.id === value);
    const to = e.key === 'ArrowRight' ? at + 1 : e.key === 'ArrowLeft' ? at - 1 : e.key === 'Home' ? 0 : e.key === 'End' ? items.length - 1 : NaN;
    const item = items[(to + items.length) % items.length];
    if (!item) return;
    e.preventDefault();
    e.stopPropagation();
    onChange(item.id);
    requestAnimationFrame(() => row.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={row} onKeyDown={onKey}>
      {items.map((i) => (
        <button type="button" key={i.id} role="tab" class="tab" aria-selected={i.id === value} aria-controls={panel} tabIndex={i.id === value ? 0 : -1}
          onClick={() => onChange(i.id)}>{i.label}</button>
      ))}
    </div>
  );
}

/** Prose of the server, its links working inside the page. */
export function Prose({ html, class: extra }: { html: HTML | undefined; class?: string }): JSX.Element {
  const { view } = useDesk();
  const source = html ? (lang.value === 'ko' ? html.ko || html.en : html.en || html.ko) : '';
  return <div class={`prose ${extra ?? ''}`}>{markup(source, (target, children) => <ProseLink target={target} follow={(t) => view.follow(t)}>{children}</ProseLink>)}</div>;
}

function ProseLink({ target, follow, children }: { target: Target; follow: (t: Target) => void; children: ComponentChildren }): JSX.Element {
  if (target.to === 'web') return <a href={target.href} target="_blank" rel="noreferrer noopener">{children}</a>;
  return <button type="button" class="link" onClick={() => follow(target)}>{children}</button>;
}

/** A modal dialog: the browser's own, with its focus trap and Escape. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={box} class="dialog" aria-label={title} onCancel={(e) => { e.preventDefault(); onClose(); }}
      onClick={(e) => { if (e.target === box.current) onClose(); }}>
      <div class="dialog-in">
        <div class="dialog-head"><h2>{title}</h2><CloseButton onClick={onClose} /></div>
        {children}
      </div>
    </dialog>
  );
}


export function CloseButton({ onClick }: { onClick: () => void }): JSX.Element {
  return <IconButton icon="close" label={words.value.close} onClick={onClick} />;
}
