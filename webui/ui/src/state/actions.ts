import { signal } from '@preact/signals';
import type { Problem, Result, Text } from '../protocol';
import type { Action, Lab } from './lab';
import type { View } from './view';

/** A short message at the foot of the page. */
export interface Toast { text: Text; bad: boolean; id: number }

/** What the person at the page does beside terminals; tells of refusals. */
export class Actions {
  readonly toast = signal<Toast | undefined>(undefined);
  private count = 0;

  constructor(readonly lab: Lab, private readonly view: View) {}

  tell(text: Text, bad = false): void {
    const id = ++this.count;
    this.toast.value = { text, bad, id };
    setTimeout(() => {
      if (this.toast.peek()?.id === id) this.toast.value = undefined;
    }, bad ? 9000 : 5000);
  }

  refuse(problem: Problem): void {
    this.tell(problem.text, true);
  }

  /** Does an action and tells of a refusal or a remark. */
  async do(action: Action): Promise<Result> {
    const result = await this.lab.do(action);
    if (result.error) this.refuse(result.error);
    else if (result.note) this.tell(result.note);
    this.unfold(result);
    return result;
  }

  /** Checks and shows the results. */
  async check(): Promise<void> {
    const result = await this.do({ check: {} });
    if (!result.error) this.view.wantReport.value++;
  }

  /** Opens the outline at what an action made, unless it is much. */
  unfold(result: Result): void {
    if (!result.from || !result.to) return;
    this.view.fresh.value = this.lab.log.root(result.from);
    if (result.to - result.from < 300) this.view.toggle(this.view.fresh.value, true);
  }

  advance(ns: number): Promise<Result> {
    return this.do({ advance: { for: ns } });
  }
}
