import type { Frame, Mark } from '../core/frame';
import { iconPath, shapePaths } from './icons';

const NS = 'http://www.w3.org/2000/svg';

interface Slot {
  root: SVGGElement;
  shape: SVGPathElement;
  arrow: SVGPathElement;
  badge: SVGGElement;
  sign: SVGPathElement;
  label: SVGTextElement;
  looks: string;
  seq: number;
}

const signs: Record<string, string> = { ok: iconPath('check'), warn: iconPath('info'), temp: iconPath('bang'), bad: iconPath('cross'), wait: iconPath('hourglass'), lost: iconPath('cross') };

function make<K extends keyof SVGElementTagNameMap>(tag: K, parent: Element, className: string): SVGElementTagNameMap[K] {
  const el = document.createElementNS(NS, tag);
  el.setAttribute('class', className);
  parent.append(el);
  return el;
}

/**
 * Draws the marks of a frame into an SVG group. Elements are kept and reused:
 * a frame costs one transform a mark.
 */
export class MarkLayer {
  private readonly slots: Slot[] = [];
  private readonly pills: { root: SVGGElement; text: SVGTextElement }[] = [];

  constructor(private readonly group: SVGGElement, private readonly width: number, private readonly select: (seq: number) => void) {
    group.addEventListener('click', this.onClick);
  }

  private readonly onClick = (e: Event): void => {
    const seq = Number((e.target as Element).closest('[data-seq]')?.getAttribute('data-seq'));
    if (seq) this.select(seq);
  };

  /** Takes everything away. */
  dispose(): void {
    this.group.removeEventListener('click', this.onClick);
    this.group.replaceChildren();
  }

  /** `named`: all marks of a few have their label, not only the current one, as long as it does not touch that. */
  paint(frame: Frame, selected: number, named: boolean): void {
    const few = named && frame.marks.length <= 5;
    const main = frame.marks.find((m) => m.current);
    const clear = (m: Mark) => !main || Math.abs(m.y - main.y) > 40 || Math.abs(m.x - main.x) > 230;
    frame.marks.forEach((mark, i) => this.paintMark(this.slots[i] ?? this.add(), mark, selected, mark.current || (few && clear(mark))));
    for (let i = frame.marks.length; i < this.slots.length; i++) hide(this.slots[i].root);
    frame.pills.forEach((pill, i) => {
      const slot = this.pills[i] ?? this.addPill();
      slot.root.removeAttribute('display');
      slot.root.setAttribute('transform', `translate(${pill.x.toFixed(1)} ${pill.y.toFixed(1)})`);
      slot.root.setAttribute('data-seq', String(pill.seqs[pill.seqs.length - 1]));
      slot.text.textContent = String(pill.count);
    });
    for (let i = frame.pills.length; i < this.pills.length; i++) hide(this.pills[i].root);
  }

  private add(): Slot {
    const root = make('g', this.group, 'mark');
    const shape = make('path', root, 'mark-shape');
    const arrow = make('path', root, 'mark-arrow');
    arrow.setAttribute('d', 'M10-4 16 0 10 4z');
    const badge = make('g', root, 'mark-badge');
    badge.setAttribute('transform', 'translate(3 -15)');
    make('circle', badge, 'mark-badge-back').setAttribute('r', '7');
    const sign = make('path', badge, 'mark-sign');
    sign.setAttribute('transform', 'translate(-4.8 -4.8) scale(.6)');
    const label = make('text', root, 'mark-label');
    const slot = { root, shape, arrow, badge, sign, label, looks: '', seq: 0 };
    this.slots.push(slot);
    return slot;
  }

  private addPill(): { root: SVGGElement; text: SVGTextElement } {
    const root = make('g', this.group, 'pill');
    const back = make('rect', root, 'pill-back');
    for (const [k, v] of Object.entries({ x: -16, y: -11, width: 32, height: 22, rx: 11 })) back.setAttribute(k, String(v));
    const text = make('text', root, 'pill-text');
    const slot = { root, text };
    this.pills.push(slot);
    return slot;
  }

  private paintMark(slot: Slot, m: Mark, selected: number, named: boolean): void {
    slot.root.removeAttribute('display');
    slot.root.setAttribute('transform', `translate(${m.x.toFixed(1)} ${m.y.toFixed(1)})`);
    if (slot.seq !== m.seq) {
      slot.seq = m.seq;
      slot.root.setAttribute('data-seq', String(m.seq));
    }
    const angle = Math.round(m.angle);
    const looks = `${m.form} ${m.shape} ${m.tone} ${m.reply} ${m.verdict} ${m.current} ${angle} ${m.seq === selected} ${m.x > this.width * 0.7} ${m.x > this.width * 0.3} ${named ? m.label : ''}`;
    if (looks === slot.looks) return;
    slot.looks = looks;
    slot.root.setAttribute('class', `mark form-${m.form} tone-${m.tone} ${m.reply ? 'reply' : ''} ${m.current ? 'current' : ''} ${m.seq === selected ? 'selected' : ''} v-${m.verdict}`);
    const local = m.form === 'local';
    // Beside a mark that goes up or down, below one that goes sideways; inwards at the right edge.
    const upright = !local && Math.abs(Math.sin((m.angle * Math.PI) / 180)) > 0.7;
    const right = m.x > this.width * 0.7 || (local && m.x > this.width * 0.3);
    slot.label.setAttribute('x', (local || upright) && right ? '-13' : local || upright ? '13' : '0');
    slot.label.setAttribute('y', local ? '-6' : upright ? '4' : '24');
    slot.label.setAttribute('text-anchor', (local || upright) && right ? 'end' : local || upright ? 'start' : 'middle');
    slot.label.textContent = named ? m.label : '';
    slot.shape.setAttribute('d', m.form === 'lost' ? 'M-7-7 7 7M7-7-7 7' : shapePaths[m.shape] ?? shapePaths.note);
    if (m.form === 'travel') {
      slot.arrow.removeAttribute('display');
      slot.arrow.setAttribute('transform', `rotate(${angle})`);
    } else hide(slot.arrow);
    const sign = m.form === 'lost' ? undefined : signs[m.verdict];
    if (sign) {
      slot.badge.removeAttribute('display');
      slot.sign.setAttribute('d', sign);
    } else hide(slot.badge);
  }
}

function hide(el: Element): void {
  el.setAttribute('display', 'none');
}
