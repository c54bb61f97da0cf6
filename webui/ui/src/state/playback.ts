import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { Track, type TrackFilter } from '../core/track';
import { failed } from '../core/kinds';
import type { Lab } from './lab';
import { calm } from './prefs';

/** Screen time in which a command's events are replayed at most, ms. */
const CATCH_UP = 6000;

export const speeds = [0.5, 1, 2, 4, 8] as const;

/**
 * The playhead. Live, it follows the newest event and replays what came; pinned,
 * it stands or plays in the recorded past, while commands act on now.
 */
export class Playback {
  readonly filter = signal<TrackFilter>({ focus: 0, all: false });
  /** screen time shown, ms */
  readonly time = signal(0);
  readonly live = signal(true);
  readonly playing = signal(false);
  readonly speed = signal(1);
  /** counts changes of the track */
  readonly version = signal(0);
  track: Track;
  /** events before which playback stops (predictions) */
  stops: () => readonly number[] = () => [];

  private goal: number | undefined; // playing stops there
  private over: { to: number; tell: () => void } | undefined; // the run being played
  private rate = 1; // of catching up
  private last = 0; // time of the last frame
  private request = 0;
  private settled = false; // the log of the first load is there

  /** index of the current event in the track; -1 before the first */
  readonly index = computed(() => {
    void this.version.value;
    return this.track.indexAt(this.time.value);
  });
  /** Seq of the current event, 0 for none */
  readonly current = computed(() => {
    void this.version.value;
    return this.track.seqs[this.index.value] ?? 0;
  });

  /** the playhead is at the newest event and that is over: nothing is on the way */
  readonly atRest = computed(() => {
    void this.version.value;
    return this.live.value && this.time.value >= this.track.total;
  });

  constructor(private readonly lab: Lab) {
    this.track = new Track(lab.log, this.filter.value);
    effect(() => {
      void lab.grown.value;
      untracked(() => this.grow());
    });
  }

  /** The log was cut: the track is made anew. */
  renew(): void {
    const { focus } = this.filter.peek();
    if (focus > this.lab.log.last) this.filter.value = { ...this.filter.peek(), focus: 0 };
    this.track = new Track(this.lab.log, this.filter.peek());
    this.settled = false;
    this.goal = undefined;
    this.playing.value = false;
    batch(() => {
      this.version.value++;
      this.time.value = Math.min(this.time.peek(), this.track.total);
    });
  }

  private grow(): void {
    const track = this.track;
    const before = track.total;
    track.extend();
    batch(() => {
      if (track.total !== before) this.version.value++;
      if (!this.live.peek()) return;
      // Nothing moves on load: the first log is shown as it ended.
      if (!this.settled || calm.peek()) {
        this.settled = this.lab.log.last >= this.lab.newest.peek() && this.lab.log.epoch !== 0;
        this.time.value = track.total;
        return;
      }
      this.rate = Math.max(this.speed.peek(), (track.total - this.time.peek()) / CATCH_UP);
      this.wake();
    });
  }

  setFilter(filter: TrackFilter): void {
    const seq = this.current.peek();
    batch(() => {
      this.filter.value = filter;
      this.track = new Track(this.lab.log, filter);
      this.version.value++;
      this.playing.value = false;
      this.goal = undefined;
      this.time.value = this.live.peek() ? this.track.total : Math.max(0, this.track.rest(this.track.indexOf(seq)));
    });
  }

  /** Shows the moment at which an event has arrived. */
  seek(seq: number): void {
    this.pin(this.track.rest(Math.max(0, this.track.indexOf(seq))));
  }

  seekTime(t: number): void {
    this.pin(Math.max(-1, Math.min(t, this.track.total)));
  }

  private pin(t: number): void {
    batch(() => {
      this.goal = undefined;
      this.over = undefined;
      this.playing.value = false;
      this.live.value = false;
      this.time.value = t;
    });
  }

  backToNow(): void {
    batch(() => {
      this.playing.value = false;
      this.goal = undefined;
      this.live.value = true;
      if (this.filter.peek().focus !== 0) this.setFilter({ ...this.filter.peek(), focus: 0 });
      this.time.value = this.track.total;
    });
  }

  toggle(): void {
    if (this.playing.peek()) {
      this.playing.value = false;
      this.goal = undefined;
      return;
    }
    batch(() => {
      if (this.time.peek() >= this.track.total) this.time.value = -1;
      this.live.value = false;
      this.goal = undefined;
      this.playing.value = true;
    });
    this.wake();
  }

  /** Plays a run of events: as a trace of its own if it is one, else among all. `over` is called if it is played to its end. */
  playRange(from: number, to: number, over: () => void = () => {}): void {
    const root = this.lab.log.root(from);
    const one = root === this.lab.log.root(to);
    this.setFilter({ ...this.filter.peek(), focus: one ? root : 0 });
    const first = this.track.indexOf(from - 1) + 1;
    this.pin(first > 0 ? this.track.rest(first - 1) : -1);
    this.over = { to, tell: over };
    this.playing.value = true;
    this.wake();
  }

  /** One visible event on. */
  next(): void {
    this.finish();
    const index = this.index.peek() + 1;
    if (index >= this.track.length) {
      this.pin(this.track.total);
      return;
    }
    const rest = this.track.rest(index);
    if (calm.peek()) {
      this.pin(rest);
      return;
    }
    this.pin(Math.max(this.time.peek(), this.track.starts[index]));
    this.goal = rest;
    this.wake();
  }

  previous(): void {
    this.finish();
    this.pin(this.track.rest(this.index.peek() - 1));
  }

  /** Over the next pause. */
  skipGap(): void {
    this.finish();
    const gap = this.track.gaps.find((g) => g.to > this.time.peek() + 1);
    if (gap) this.pin(this.track.rest(gap.index));
  }

  /** To the next failure, round the end; returns its Seq, 0 if there is none. */
  nextFailure(): number {
    const { track } = this;
    for (let k = 1; k <= track.length; k++) {
      const index = (Math.max(0, this.index.peek()) + k) % track.length;
      const row = this.lab.log.get(track.seqs[index]);
      if (row && failed(row)) {
        this.pin(track.rest(index));
        return row.seq;
      }
    }
    return 0;
  }

  private finish(): void {
    if (this.goal !== undefined) this.time.value = this.goal;
    this.goal = undefined;
  }

  private wake(): void {
    if (this.request) return;
    this.last = performance.now();
    this.request = requestAnimationFrame(this.frame);
  }

  private readonly frame = (now: number): void => {
    this.request = 0;
    const passed = Math.min(100, now - this.last);
    this.last = now;
    const t = this.time.peek();
    const { total } = this.track;
    if (this.goal !== undefined) {
      const next = Math.min(this.goal, t + passed * this.speed.peek());
      this.time.value = next;
      if (next >= this.goal) this.goal = undefined;
    } else if (this.playing.peek()) {
      this.play(t, calm.peek() ? this.stride(t, passed) : t + passed * this.speed.peek());
    } else if (this.live.peek() && t < total) {
      this.time.value = Math.min(total, t + passed * this.rate);
    } else return;
    this.request = requestAnimationFrame(this.frame);
  };

  // With less motion wanted, playing goes from rest to rest.
  private waited = 0;
  private stride(t: number, passed: number): number {
    this.waited += passed * this.speed.peek();
    if (this.waited < 700) return t;
    this.waited = 0;
    return this.track.rest(this.track.indexAt(t) + 1);
  }

  private play(from: number, to: number): void {
    for (const seq of this.stops()) {
      const i = this.track.standBefore(seq);
      if (i < 0) continue;
      const at = i > 0 ? this.track.rest(i - 1) : -0.5;
      if (from < at && to >= at) {
        this.time.value = at;
        this.playing.value = false;
        return;
      }
    }
    batch(() => {
      const end = this.over ? Math.min(this.track.total, this.track.rest(this.track.indexOf(this.over.to))) : this.track.total;
      this.time.value = Math.min(to, end);
      if (to < end) return;
      this.playing.value = false;
      if (this.filter.peek().focus === 0 && end >= this.track.total) this.live.value = true;
      this.over?.tell();
      this.over = undefined;
    });
  }
}
