import { batch, signal } from '@preact/signals';
import { Fates } from '../core/fate';
import { EventLog } from '../core/log';
import { SILENCE, step, type LinkEvent, type LinkState } from '../core/link';
import { Protocol, type Answer, type Ask, type Chunk, type ClientMessage, type Command, type Problem, type Result, type ServerMessage, type Snapshot,
  type State, type Text, type Welcome } from '../protocol';

export type Action = Omit<Command, 'id'>;
export type Question = Omit<Ask, 'id'>;

/** Chunks of a terminal kept on the page. */
const KEPT = 400;

/**
 * The page's side of one session: the connection, the copy of the log and of
 * the state, and the commands on the way. What the views show is signals.
 */
export class Lab {
  readonly log = new EventLog();
  readonly fates = new Fates(this.log);
  /** counts changes of the log */
  readonly grown = signal(0);
  readonly snapshot = signal<Snapshot | undefined>(undefined);
  readonly world = signal<State | undefined>(undefined);
  readonly link = signal<LinkState>({ name: 'connecting', tries: 0 });
  /** newest event the server has told of */
  readonly newest = signal(0);
  readonly chunks = signal<ReadonlyMap<string, readonly Chunk[]>>(new Map());
  /** commands without result, in order */
  readonly waiting = signal<readonly Command[]>([]);
  /** why the log was replaced, until dismissed */
  readonly notice = signal<Text | undefined>(undefined);
  /** why the session is over */
  readonly over = signal<Problem | undefined>(undefined);
  /** called when an editor was started in a terminal */
  onEdit: (host: string, path: string) => void = () => {};
  /** called with each new epoch */
  onEpoch: () => void = () => {};

  private socket: WebSocket | undefined;
  private timer = 0;
  private pulse = 0;
  private heard = 0;
  private pending = false;
  private readonly results = new Map<string, (r: Result) => void>();
  private readonly asks = new Map<string, { ask: Ask; done: (a: Answer) => void }>();

  constructor(readonly session: string) {}

  start(): void {
    this.connect();
    this.pulse = window.setInterval(() => this.beat(), SILENCE / 3);
    addEventListener('online', this.retry);
  }

  stop(): void {
    clearInterval(this.pulse);
    clearTimeout(this.timer);
    removeEventListener('online', this.retry);
    this.link.value = { name: 'ended' };
    this.drop();
  }

  readonly retry = (): void => this.on('retry');

  /** Runs a command exactly once; the promise waits through lost connections. */
  do(action: Action): Promise<Result> {
    const cmd: Command = { id: newID(), ...action };
    this.waiting.value = [...this.waiting.value, cmd];
    this.send({ cmd });
    return new Promise((resolve) => this.results.set(cmd.id, resolve));
  }

  /** Reads something. */
  ask(question: Question): Promise<Answer> {
    const ask: Ask = { id: newID(), ...question };
    this.send({ ask });
    return new Promise((done) => this.asks.set(ask.id, { ask, done }));
  }

  private on(event: LinkEvent): void {
    const [next, effect] = step(this.link.value, event, Math.random());
    this.link.value = next;
    clearTimeout(this.timer);
    if (effect.do === 'connect') this.connect();
    if (effect.do === 'wait') this.timer = window.setTimeout(() => this.on('timer'), effect.delay);
  }

  private connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/api/sessions/${encodeURIComponent(this.session)}/ws`);
    this.socket = socket;
    this.heard = performance.now();
    socket.onopen = () => {
      const terms: Record<string, number> = {};
      for (const [id, list] of this.chunks.value) terms[id] = list.length > 0 ? list[list.length - 1].n : 0;
      this.send({ hello: { protocol: Protocol, epoch: this.log.epoch, seq: this.log.last, terms } }, true);
    };
    socket.onmessage = (e) => {
      if (socket !== this.socket) return;
      this.heard = performance.now();
      this.receive(JSON.parse(String(e.data)) as ServerMessage);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lose();
    };
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private lose(): void {
    this.drop();
    this.on('lost');
    void this.checkGone();
  }

  // A websocket does not tell why it was refused. The session's own address does:
  // one that is gone needs no further tries.
  private async checkGone(): Promise<void> {
    try {
      const response = await fetch(`/api/sessions/${encodeURIComponent(this.session)}`);
      if (response.status !== 404 && response.status !== 410) return;
      this.over.value = (await response.json()) as Problem;
      this.on('bye');
    } catch {
      // The server is away: the tries go on.
    }
  }

  // A dead network closes no socket: silence does.
  private beat(): void {
    const silent = performance.now() - this.heard;
    if (this.link.value.name === 'connecting' && silent > SILENCE) this.lose();
    if (this.link.value.name !== 'open') return;
    if (silent > SILENCE) this.lose();
    else this.send({ ping: { n: Math.round(performance.now()) } });
  }

  private send(message: ClientMessage, first = false): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (!first && this.link.value.name !== 'open') return;
    this.socket.send(JSON.stringify(message));
  }

  private receive(m: ServerMessage): void {
    if (m.welcome) this.welcome(m.welcome);
    else if (m.rows) {
      if (!this.log.append(m.rows.epoch, m.rows.from, m.rows.rows) && m.rows.epoch === this.log.epoch) return this.lose();
      this.newest.value = Math.max(this.newest.peek(), m.rows.last);
      this.changed();
    } else if (m.state) this.world.value = m.state;
    else if (m.chunk) this.chunk(m.chunk);
    else if (m.result) this.result(m.result);
    else if (m.answer) {
      this.asks.get(m.answer.id)?.done(m.answer);
      this.asks.delete(m.answer.id);
    } else if (m.bye) {
      this.over.value = m.bye;
      this.drop();
      this.on('bye');
    }
  }

  private welcome(w: Welcome): void {
    batch(() => {
      if (w.epoch !== this.log.epoch) {
        const first = this.log.epoch === 0;
        this.log.cut(w.epoch, w.keep);
        // Terminals are per epoch; what was not kept comes again.
        this.chunks.value = new Map();
        if (!first) {
          this.notice.value = w.reason;
          this.onEpoch();
        }
        this.grown.value++;
      }
      this.newest.value = w.last;
      this.snapshot.value = w.snapshot;
      this.world.value = w.state;
    });
    this.on('opened');
    for (const cmd of this.waiting.value) this.send({ cmd });
    for (const { ask } of this.asks.values()) this.send({ ask });
  }

  private chunk(c: Chunk): void {
    if (c.epoch !== this.log.epoch) return;
    const old = this.chunks.value.get(c.term) ?? [];
    if (old.length > 0 && c.n <= old[old.length - 1].n) return;
    const next = new Map(this.chunks.value);
    next.set(c.term, c.clear ? [{ ...c, clear: false }] : [...old, c].slice(-KEPT));
    this.chunks.value = next;
    if (c.edit) this.onEdit(c.term.split('/')[0], c.edit);
  }

  private result(r: Result): void {
    const done = this.results.get(r.id);
    this.results.delete(r.id);
    this.waiting.value = this.waiting.value.filter((c) => c.id !== r.id);
    done?.(r);
  }

  // Many messages may come within a frame: the views hear of them once.
  private changed(): void {
    if (this.pending) return;
    this.pending = true;
    setTimeout(() => {
      this.pending = false;
      this.grown.value++;
    }, 16);
  }
}

function newID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
