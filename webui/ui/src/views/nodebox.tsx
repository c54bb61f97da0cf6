import type { JSX } from 'preact';
import type { Box, Size } from '../core/shapes';
import type { Node } from '../protocol';
import { useDesk } from '../state/context';
import { say, words } from '../words';
import { iconPath, nodeIcon } from './icons';
import { textWidth, wrap } from './measure';

/** How the boxes of the map are set. */
export interface BoxStyle {
  /** sizes of the texts, px; addr 0: no address */
  label: number;
  addr: number;
  /** widest label line, px */
  most: number;
  lines: number;
  /** room between neighbours, px */
  between: number;
  /** small boxes: the icon sits on the corner instead of before the label */
  compact: boolean;
  /** room beside the label, both sides together, px */
  beside: number;
}

export const sans = 'Pretendard, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", system-ui, sans-serif';

function labelFont(style: BoxStyle): string {
  return `600 ${style.label}px ${sans}`;
}

/** An address without its prefix length. */
function bare(addr: string | undefined): string {
  return (addr ?? '').replace(/\/\d+$/, '');
}

function lines(node: Node, style: BoxStyle): string[] {
  return wrap(say(node.label), labelFont(style), style.most, style.lines);
}

/** Size of a node's box, from its measured texts. */
export function boxSize(node: Node, style: BoxStyle): Size {
  const list = lines(node, style);
  const addr = style.addr ? bare(node.addrs?.[0]) : '';
  const text = Math.max(...list.map((l) => textWidth(l, labelFont(style))), addr ? textWidth(addr, `${style.addr}px Consolas, monospace`) : 0);
  const icon = style.compact ? 0 : style.label + 7;
  return {
    w: Math.ceil(Math.max(text + icon + style.beside, 44)),
    h: Math.ceil(list.length * style.label * 1.3 + (addr ? style.addr * 1.35 : 0) + 12),
  };
}

/** A node of the map; Enter or a click opens its terminal. */
export function NodeBox({ node, box, down, style }: { node: Node; box: Box; down: boolean; style: BoxStyle }): JSX.Element {
  const { lab, view } = useDesk();
  const w = words.value;
  const openable = lab.snapshot.value!.hosts.some((h) => h.id === node.id);
  const addr = style.addr ? bare(node.addrs?.[0]) : '';
  const [left, top] = [-box.w / 2, -box.h / 2];
  const icon = style.label + 3;
  const x = style.compact ? 0 : left + icon + 11;
  const anchor = style.compact ? 'middle' : 'start';
  const open = () => { if (openable) view.openHost(node.id); };
  const about = [say(node.label), node.names?.join(' '), node.addrs?.join(' '), openable ? w.terminalHere : '', node.mine ? w.mine : '', down ? w.down : ''].filter(Boolean).join(', ');
  return (
    <g class={`node kind-${node.kind} ${openable ? 'openable' : ''} ${node.mine ? 'mine' : ''} ${down ? 'down' : ''}`} transform={`translate(${box.x} ${box.y})`}
      role={openable ? 'button' : 'img'} tabIndex={openable ? 0 : undefined} onClick={open} onKeyDown={(e) => { if (e.key === 'Enter') open(); }}>
      <title>{about}</title>
      <rect class="node-box" x={left} y={top} width={box.w} height={box.h} rx="6" />
      {style.compact ? <circle class="node-corner" cx={left + 5} cy={top - 3} r="8" /> : null}
      <path class="node-icon" d={iconPath(nodeIcon(node.kind, node.role))} transform={style.compact ? `translate(${left - 0.2} ${top - 8.2}) scale(.65)` : `translate(${left + 7} ${top + 6}) scale(${icon / 16})`} />
      {lines(node, style).map((text, i) => (
        <text key={i} aria-hidden="true" class="node-label" text-anchor={anchor} x={x} y={top + 5 + style.label * (1 + 1.3 * i)} style={{ fontSize: style.label + 'px' }}>{text}</text>
      ))}
      {addr ? <text aria-hidden="true" class="node-addr" text-anchor={anchor} x={x} y={box.h / 2 - 7} style={{ fontSize: style.addr + 'px' }}>{addr}</text> : null}
      {openable && style.compact ? <circle class="node-corner" cx={-left - 5} cy={top - 3} r="7.5" /> : null}
      {openable ? <path class="node-term" d="M-3-3 0 0-3 3M1.5 3H5" transform={`translate(${style.compact ? -left - 6 : -left - 8} ${style.compact ? top - 3 : -top - 7})`} /> : null}
      {down ? <path class="node-down" d={`M${left} ${top}L${-left} ${-top}`} /> : null}
    </g>
  );
}
