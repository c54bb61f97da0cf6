// Made from protocol*.go by go generate. Do not edit.

/** trace.Field: one named value of an event's detail. */
export interface Field {
  name: string;
  value: string;
}

/** trace.Ref: a cross-link to an earlier event. */
export interface Ref {
  rel: string;
  seq: number;
}

/** Hello.Protocol, Welcome.Protocol */
export const Protocol = 1;

/** bytes of one message of a client */
export const MaxClientMessage = 1 << 20;

/** rows of one Rows message */
export const MaxRows = 500;

/** ms between two Rows messages */
export const FrameEvery = 50;

/** bytes of Row.Label, cut at a character */
export const MaxLabel = 160;

/** bytes of Chunk.Output; more is cut, see Chunk.Cut */
export const MaxChunk = 1 << 18;

/** commands whose Result can be repeated */
export const KeepResults = 1000;

/** Text is a text of the lab's own voice in both languages. */
export interface Text {
  ko: string;
  en: string;
}

/** Problem is the body of an HTTP error, and the error of a Result or Answer. */
export interface Problem {
  /** for programs: not-found, bad-request, too-large, limit, busy, gone, internal ... */
  code: string;
  /** what is wrong, with place and reason */
  text: Text;
}

/** ScenarioList is the answer of GET /api/scenarios. */
export interface ScenarioList {
  /** of the course, if the teacher gave one */
  title?: Text;
  /** in the order of learning */
  scenarios: ScenarioCard[];
  /** a class wall exists for this user */
  wall?: boolean;
}

/** ScenarioCard is a scenario in the list. */
export interface ScenarioCard {
  id: string;
  title: Text;
  /** one or two sentences, plain text */
  summary: Text;
  group?: Text;
  /** 1 easy .. 5 */
  level: number;
  /** usual time */
  minutes?: number;
  topics?: Text[];
  /** the user's open session of it */
  session?: string;
  bestScore?: number;
}

/** CreateSession is the body of POST /api/sessions. If the user has an open
 * session of the scenario and Fresh is not set, that one is returned (200). */
export interface CreateSession {
  scenario: string;
  seed?: string;
  student?: string;
  fresh?: boolean;
}

/** BranchSession makes a new session that begins with what was done in another
 * one; that one stays as it is. */
export interface BranchSession {
  /** event of the first action left out; 0: none is */
  before?: number;
}

/** SessionInfo describes a session. */
export interface SessionInfo {
  id: string;
  scenario: string;
  title: Text;
  /** looking at somebody else's session */
  readOnly?: boolean;
  /** the session it was branched from */
  of?: string;
}

/** ClientMessage is what a client sends; exactly one field is set. */
export interface ClientMessage {
  hello?: Hello;
  cmd?: Command;
  ask?: Ask;
  ping?: Ping;
}

/** ServerMessage is what the server sends; exactly one field is set. */
export interface ServerMessage {
  welcome?: Welcome;
  rows?: Rows;
  state?: State;
  chunk?: Chunk;
  result?: Result;
  answer?: Answer;
  wall?: Wall;
  pong?: Ping;
  /** the session is gone; do not reconnect */
  bye?: Problem;
}

/** Hello is the client's first message. */
export interface Hello {
  protocol: number;
  /** 0: nothing yet */
  epoch: number;
  /** last event the client has of that epoch */
  seq: number;
  /** terminal -> last Chunk.N the client has of that epoch */
  terms?: Record<string, number>;
}

/** Ping is answered at once with the same N. */
export interface Ping {
  n: number;
}

/** Welcome answers Hello, and announces a new epoch at any later time. */
export interface Welcome {
  protocol: number;
  epoch: number;
  /** events 1..Keep of the client's log stay valid; Rows go on at Keep+1 */
  keep: number;
  /** newest event at this moment */
  last: number;
  /** why there is a new epoch ("Undone: ...") */
  reason?: Text;
  snapshot: Snapshot;
  state: State;
}

/** Rows carries events. The rows continue the client's log without gap. */
export interface Rows {
  epoch: number;
  from: number;
  rows: Row[];
  /** newest event of the log at this moment, to show how far behind the page is */
  last: number;
}

/** Row is the summary of an event: package trace's JSON form without fields and
 * wire. Times are nanoseconds of virtual time. For a packet (Took > 0 or Link
 * set) Node is the sender, Peer the receiver. */
export interface Row {
  seq: number;
  at: number;
  took?: number;
  span?: number;
  cause?: number;
  kind: string;
  outcome: string;
  node?: string;
  peer?: string;
  link?: string;
  label: string;
  refs?: Ref[];
}

/** Chunk is a piece of a terminal's transcript. N counts 1, 2, 3 ... for each
 * terminal; a chunk already known is ignored. */
export interface Chunk {
  epoch: number;
  term: string;
  n: number;
  at: number;
  /** the line entered, with the prompt it was entered at */
  input?: Entry;
  /** both stdout and stderr as a terminal shows them; may hold SGR colour sequences */
  output?: string;
  /** the screen was cleared before Output */
  clear?: boolean;
  /** bytes left out of the middle of Output */
  cut?: number;
  /** exit status of a command that ended here */
  status?: number;
  /** the events made by it */
  from?: number;
  to?: number;
  /** an editor was called for this file: open it in a tab */
  edit?: string;
  /** ID of the Command it answers */
  link?: string;
}

/** Entry is a line entered at a terminal. */
export interface Entry {
  prompt: string;
  /** empty if secret */
  line: string;
}

/** Command asks for something that may change the world. Exactly one of the
 * fields after ID is set. Those before Open become entries of the journal. */
export interface Command {
  id: string;
  input?: InputAction;
  key?: KeyAction;
  write?: WriteAction;
  portal?: PortalAction;
  mail?: MailAction;
  advance?: AdvanceAction;
  answer?: AnswerAction;
  fetch?: FetchAction;
  reboot?: RebootAction;
  power?: PowerAction;
  open?: OpenAction;
  /** grade the state now; State.Report has the result */
  check?: EmptyAction;
  /** open the next hint */
  hint?: EmptyAction;
  /** take back what was done last: a new epoch */
  undo?: UndoAction;
  /** do again what the last undo took back: a new epoch */
  redo?: EmptyAction;
  /** begin anew: a new epoch */
  restart?: EmptyAction;
  /** raise or lower the hand, for the class wall */
  hand?: HandAction;
  /** let real clients reach a port, or no more */
  gateway?: GatewayAction;
}

/** InputAction enters lines at a terminal, which is made if it does not exist. */
export interface InputAction {
  term: string;
  /** without line ends; a paste may have several */
  lines: string[];
}

/** KeyAction presses a key at a terminal. */
export interface KeyAction {
  term: string;
  /** interrupt (Ctrl+C), eof (Ctrl+D), suspend (Ctrl+Z); open: log in again */
  key: string;
}

/** WriteAction saves a file from the editor, as the user of the terminal. */
export interface WriteAction {
  host: string;
  path: string;
  text: string;
  /** File.Version the edit began with; if it changed since, the write is refused with code "conflict" */
  base?: string;
}

/** PortalAction sends a portal form. */
export interface PortalAction {
  portal: string;
  request: string;
  with?: Record<string, string>;
}

/** MailAction sends a mail from a mail program. */
export interface MailAction {
  from: string;
  to: string;
  via?: string;
  subject: string;
  body: string;
}

/** AdvanceAction lets virtual time pass. Of For and Until one is set. */
export interface AdvanceAction {
  /** ns */
  for?: number;
  /** event: the next event of interest; quiet: until nothing is on the way */
  until?: string;
}

/** FetchAction lets a mail program fetch an account's mail (POP3 or IMAP, over
 * the network). Without it, Ask.Mailbox shows what was fetched last. */
export interface FetchAction {
  /** Account.ID */
  account: string;
}

/** RebootAction switches a host off and on. */
export interface RebootAction {
  host: string;
}

/** PowerAction works the power switch of a host. */
export interface PowerAction {
  host: string;
  /** on; off: in order; reset: hard off and on */
  to: string;
}

/** AnswerAction answers a question. */
export interface AnswerAction {
  question: string;
  /** choice ID or text */
  given: string;
  cite?: number;
}

/** OpenAction opens a terminal; Result.Term is its ID. */
export interface OpenAction {
  host: string;
  user?: string;
  via?: string;
}

/** GatewayAction opens or shuts a port for real clients; State.Gateway tells where
 * it is. */
export interface GatewayAction {
  host: string;
  port: number;
  proto: string;
  from?: string;
  on: boolean;
}

/** HandAction raises or lowers the student's hand. */
export interface HandAction {
  up: boolean;
}

/** UndoAction takes back the action that made an event and all that came after
 * it. What was taken back can be done again until something else is done. */
export interface UndoAction {
  /** event; 0: of the last action */
  from?: number;
}

/** EmptyAction has no parameters. */
export interface EmptyAction {
}

/** Result ends a command. */
export interface Result {
  id: string;
  error?: Problem;
  /** the events made by it */
  from?: number;
  to?: number;
  now: number;
  /** of Open */
  term?: string;
  /** a remark: the portal's first answer, "queued as 4F2A1" */
  note?: Text;
}

/** Ask reads something. Exactly one of the fields after ID is set; the Answer
 * has the field of the same name. */
export interface Ask {
  id: string;
  event?: AskEvent;
  file?: AskFile;
  dir?: AskFile;
  lint?: AskLint;
  mailbox?: AskMailbox;
  message?: AskMessage;
  complete?: AskComplete;
  queue?: AskQueue;
}

/** AskEvent asks for the detail of an event. */
export interface AskEvent {
  epoch: number;
  seq: number;
}

/** AskFile asks for a file's text or a directory's listing. */
export interface AskFile {
  host: string;
  path: string;
  /** as it was at this virtual time; 0: now */
  at?: number;
}

/** AskLint asks what the daemon's own checker says about a text as the file. */
export interface AskLint {
  host: string;
  path: string;
  text: string;
}

/** AskMailbox lists an account's messages, newest first. */
export interface AskMailbox {
  account: string;
  /** as it was fetched at this virtual time; 0: now */
  at?: number;
}

/** AskQueue asks what mailq prints on a host. */
export interface AskQueue {
  host: string;
  /** virtual time; 0: now */
  at?: number;
}

/** AskMessage asks for one message; it becomes read, unless it is looked at as of
 * a moment of the past. */
export interface AskMessage {
  account: string;
  id: string;
  /** 0: now */
  at?: number;
}

/** AskComplete asks for completions of the word before Pos. */
export interface AskComplete {
  term: string;
  line: string;
  /** UTF-16 code units */
  pos: number;
}

/** Answer answers an Ask. */
export interface Answer {
  id: string;
  error?: Problem;
  event?: EventDetail;
  file?: File;
  dir?: Dir;
  lint?: Lint;
  mailbox?: Mailbox;
  message?: MailMessage;
  complete?: Completions;
  queue?: Queue;
}

/** Queue is the mail queue of a host. */
export interface Queue {
  host: string;
  /** as mailq prints it */
  text: string;
}

/** EventDetail is all about an event. */
export interface EventDetail {
  row: Row;
  /** uncut */
  label: string;
  fields?: Field[];
  /** the DNS message as dig prints it, the SMTP line, the mail */
  message?: string;
  /** the bytes sent */
  wire?: string;
  /** what the bytes mean, in order */
  parts?: WirePart[];
  why?: Why;
}

/** WirePart names bytes of EventDetail.Wire. */
export interface WirePart {
  from: number;
  /** behind the last */
  to: number;
  name: string;
}

/** Why explains an event. */
export interface Why {
  /** one sentence */
  verdict: Text;
  rule?: Rule;
  compared?: Compared[];
  links?: WhyLink[];
}

/** Rule is what decided. */
export interface Rule {
  /** "RFC 7208 4.6.4", "reject_unknown_reverse_client_hostname" */
  name: string;
  text?: Text;
}

/** Compared is a pair of values that was compared. */
export interface Compared {
  name: Text;
  want: string;
  got: string;
  same: boolean;
  /** where Got comes from */
  seq?: number;
}

/** WhyLink leads on: to an event, to a line of a file, or over time. Exactly one
 * of Seq, Host (with Path), Advance is set. */
export interface WhyLink {
  label: Text;
  seq?: number;
  host?: string;
  path?: string;
  line?: number;
  /** ns to skip, such as a TTL's rest */
  advance?: number;
}

/** File is a file's text. */
export interface File {
  host: string;
  path: string;
  missing?: boolean;
  text: string;
  /** changes with the text */
  version: string;
  /** as ls -l prints it */
  mode?: string;
  owner?: string;
  group?: string;
  mtime?: number;
  /** named.conf, zone, main.cf, master.cf, sendmail.cf, dovecot.conf, iptables, shell, text */
  lang?: string;
  /** cannot be written by the student */
  fixed?: boolean;
  /** Text is empty */
  binary?: boolean;
}

/** Dir is a directory's listing, sorted by name. */
export interface Dir {
  host: string;
  path: string;
  entries: DirEntry[];
}

/** DirEntry is a file or directory. */
export interface DirEntry {
  name: string;
  dir?: boolean;
  size: number;
  mode: string;
  mtime: number;
  /** of a symbolic link */
  target?: string;
}

/** Lint is the daemon's own opinion of a text. */
export interface Lint {
  /** what prints it, such as "named-checkconf /etc/bind/named.conf"; empty: no checker for this file */
  command: string;
  issues?: Issue[];
}

/** Issue is one complaint, at a line of the file or (line 0) of the whole. */
export interface Issue {
  /** may be an included file */
  file: string;
  /** from 1 */
  line?: number;
  /** from 1 */
  col?: number;
  /** error, warning, info */
  severity: string;
  /** as the daemon prints it */
  message: string;
}

/** Mailbox is an account's messages, newest first. */
export interface Mailbox {
  account: string;
  messages: MailSummary[];
}

/** MailSummary is a message in a list. */
export interface MailSummary {
  id: string;
  folder?: string;
  from: string;
  to: string;
  /** decoded */
  subject: string;
  at: number;
  unread?: boolean;
  /** its delivery */
  seq?: number;
}

/** MailMessage is a message in full. */
export interface MailMessage {
  summary: MailSummary;
  /** all fields in order, decoded */
  header: Field[];
  /** text of the first readable part */
  body: string;
  /** as stored, bounded */
  raw: string;
}

/** Completions are the possible words. */
export interface Completions {
  /** start of the word in Line */
  from: number;
  /** sorted */
  words: string[];
}

/** Report is the result of a check. */
export interface Report {
  /** the check's event */
  seq: number;
  at: number;
  score: number;
  max: number;
  passed: number;
  total: number;
  items: Item[];
}

/** Item is one check of a report. */
export interface Item {
  id: string;
  title: Text;
  task?: string;
  /** pass, partial, fail, blocked, error */
  status: string;
  score: number;
  max: number;
  /** where it was tried from */
  vantage?: Text;
  why?: Text;
  expected?: Text;
  actual?: Text;
  /** blocked: the item that must pass first */
  needs?: string;
  parts?: ItemPart[];
  evidence?: Evidence[];
}

/** ItemPart is one part of a check of several. */
export interface ItemPart {
  name: Text;
  /** as of Item */
  status: string;
  text?: Text;
}

/** Evidence leads to a proof: an event or a line of a file. */
export interface Evidence {
  label: Text;
  seq?: number;
  /** of Seq; 0: the log of the session. Another one is that of the fork the check was made in: ask for its events by AskEvent */
  epoch?: number;
  host?: string;
  path?: string;
  line?: number;
}

/** Wall is the whole class wall. */
export interface Wall {
  title: Text;
  tasks: Task[];
  students: WallStudent[];
  /** the commonest failure of each task */
  failures?: WallFailure[];
}

/** WallStudent is one student on the wall. */
export interface WallStudent {
  /** for read-only viewing: /lab/{session} */
  session: string;
  name: string;
  /** hand, stuck, idle, working, done */
  state: string;
  tasks: TaskState[];
  hints: number;
  /** last action in a line */
  last: string;
  /** seconds since */
  ago: number;
}

/** WallFailure is the commonest failure of a task. */
export interface WallFailure {
  task: string;
  text: Text;
  count: number;
}

/** Snapshot is what does not change within an epoch. */
export interface Snapshot {
  session: SessionInfo;
  /** wall clock of the world at virtual time 0, RFC 3339 with zone */
  start: string;
  story: HTML;
  /** "See what happened": the events of the failure in the beginning; best one outermost span and what is inside */
  incident?: SeqRange;
  /** events that were there before the student came */
  begun?: number;
  /** "Send again": the mail of the story */
  again?: MailAction;
  nodes: Node[];
  links: Link[];
  networks?: Zone[];
  /** those the student has a terminal on, in order of use */
  hosts: Host[];
  tasks: Task[];
  questions?: Question[];
  portals?: PortalInfo[];
  /** mail accounts of the story's people */
  accounts?: Account[];
  /** protocol words, explained at first use */
  glossary?: GlossEntry[];
  /** somebody looks at a class wall: offer to raise the hand */
  class?: boolean;
}

/** HTML is a sanitised fragment in both languages: p, h2..h4, ul, ol, li, code,
 * pre, strong, em, a[href], table parts, blockquote, br, hr. The client drops
 * everything else. Links "event:SEQ", "host:NAME", "file:HOST/PATH" and
 * "file:HOST/PATH:LINE" open in place. */
export interface HTML {
  ko: string;
  en: string;
}

/** SeqRange is a run of events; both ends are included. */
export interface SeqRange {
  from: number;
  to: number;
}

/** Node is a machine, router or cloud of the topology. */
export interface Node {
  /** as in Row.Node and Row.Peer */
  id: string;
  label: Text;
  /** host, router, switch, isp, cloud */
  kind: string;
  /** client, mail, resolver, auth, root, tld, reverse, web, dnsbl, firewall, nat */
  role?: string;
  /** Zone.ID of the network it stands in */
  zone?: string;
  /** grid units, 1 = the usual distance of two nodes; y grows downwards */
  x: number;
  y: number;
  /** with prefix length */
  addrs?: string[];
  /** host names */
  names?: string[];
  terminal?: boolean;
  /** the student is responsible for it */
  mine?: boolean;
  down?: boolean;
}

/** Zone is a named area of the topology: a company, an ISP, a data centre. */
export interface Zone {
  id: string;
  label: Text;
  mine?: boolean;
}

/** Link is a segment of the topology, a cable, a LAN or an exchange, and the
 * nodes attached to it. A packet's Row.Link names the segments passed by ID,
 * comma separated in order from the sender. */
export interface Link {
  id: string;
  /** two: drawn as a line; more: as a bus */
  nodes: string[];
  label?: Text;
  /** ns one way */
  delay?: number;
}

/** Host is a host on which the student can work. */
export interface Host {
  id: string;
  /** login names; the first is the default */
  users: string[];
  /** ways in: "ssh", "console"; the first is the default */
  via: string[];
  /** files worth opening, in order */
  files?: string[];
  distro?: string;
  /** where the console is, such as "server room" */
  console?: string;
  /** it has a mail queue, see AskQueue */
  queue?: boolean;
}

/** Task is a step of the guide. Its state is in State.Tasks. */
export interface Task {
  id: string;
  title: Text;
  body?: HTML;
  /** offers to fill a terminal's input line; never run by themselves */
  try?: Try[];
}

/** Try is a command worth trying. */
export interface Try {
  host: string;
  line: string;
}

/** Question is a prediction or a diagnosis. */
export interface Question {
  id: string;
  /** predict, diagnose */
  kind: string;
  /** predict: playback stops before this event */
  before?: number;
  /** shown with this task */
  task?: string;
  text: Text;
  /** none: a typed answer */
  choices?: Choice[];
  /** the answer must name the event that proves it */
  cite?: boolean;
}

/** Choice is an answer to choose. */
export interface Choice {
  id: string;
  text: Text;
}

/** PortalInfo is a person or web form outside: ISP, registrar, block list. */
export interface PortalInfo {
  id: string;
  title: Text;
  about?: Text;
  requests: PortalForm[];
}

/** PortalForm is a request a portal accepts. */
export interface PortalForm {
  id: string;
  title: Text;
  about?: Text;
  fields: FormField[];
}

/** FormField is an input of a portal form. */
export interface FormField {
  name: string;
  label: Text;
  /** an example */
  hint?: string;
  choices?: Choice[];
  /** several lines */
  long?: boolean;
  optional?: boolean;
}

/** Account is a mail account whose mail the student may read and write. */
export interface Account {
  /** user@host of the mailbox */
  id: string;
  label: Text;
  /** sender address */
  from: string;
  /** host of the mail program, for MailAction.Via */
  via: string;
}

/** GlossEntry explains a protocol word. */
export interface GlossEntry {
  word: string;
  text: Text;
}

/** State is all that changes and is small. It replaces the client's former
 * State as a whole; at most one a frame. */
export interface State {
  /** virtual time, ns since the start */
  now: number;
  /** newest event when the state was taken */
  last: number;
  /** ID of the command being run */
  busy?: string;
  tasks: TaskState[];
  /** opened so far, oldest first */
  hints?: Hint[];
  /** nil: there is none at the moment */
  hintNext?: HintOffer;
  answers?: AnswerState[];
  pending?: Pending[];
  terms: Terminal[];
  tickets?: Ticket[];
  unread?: Unread[];
  /** nodes that are off */
  down?: string[];
  /** what undo would take back; nil: nothing to undo */
  undo?: Text;
  /** what redo would do again first */
  redo?: Text;
  marks?: Mark[];
  /** the last check */
  report?: Report;
  /** the student has raised the hand */
  hand?: boolean;
  /** nil: real clients cannot be let in */
  gateway?: GatewayState;
}

/** GatewayState is the ports by which real clients reach hosts of the world. */
export interface GatewayState {
  /** in the order of opening */
  ports: GatewayPort[];
}

/** GatewayPort is an open port. */
export interface GatewayPort {
  host: string;
  port: number;
  /** tcp, udp */
  proto: string;
  /** host of the world as which clients appear */
  from: string;
  /** address and port on the server's machine */
  addr: string;
  active: number;
  total: number;
  /** clients refused or cut off */
  refused?: number;
}

/** TaskState is the state of a task as the world or the last check knows it. */
export interface TaskState {
  id: string;
  /** open, done, failed (was done, reverted at the last check), locked */
  state: string;
  /** the event that completed it */
  seq?: number;
}

/** Hint is an opened hint. */
export interface Hint {
  task?: string;
  text: HTML;
  /** points */
  cost?: number;
  /** an event worth looking at */
  seq?: number;
}

/** HintOffer says that a hint can be opened. */
export interface HintOffer {
  /** points; 0: free */
  cost?: number;
}

/** AnswerState is an answered question. */
export interface AnswerState {
  question: string;
  /** choice ID or text */
  given: string;
  /** nil: judged later */
  right?: boolean;
  explain?: Text;
  seq?: number;
}

/** Pending is a saved file that the daemon has not loaded yet. */
export interface Pending {
  host: string;
  path: string;
  unit: string;
  /** such as "systemctl reload named" */
  command: string;
}

/** Terminal is an open terminal. Its ID is "HOST/N", N = 1, 2 ... */
export interface Terminal {
  id: string;
  host: string;
  user: string;
  /** ssh or console */
  via: string;
  /** number of its last chunk */
  n: number;
  /** chunks up to Base are forgotten */
  base?: number;
  prompt: string;
  /** a command is in the foreground: input goes to it, interrupt stops it */
  running?: boolean;
  /** a password is being asked for: no echo, no history */
  secret?: boolean;
  /** the session is over, and why */
  closed?: Text;
  /** ssh: nothing comes back from the host. Input waits; "~." ends the session */
  cut?: boolean;
  /** ssh: the host it comes from */
  from?: string;
}

/** Ticket is a request made to a portal. */
export interface Ticket {
  id: string;
  portal: string;
  request: string;
  /** open, done, refused */
  state: string;
  at: number;
  /** when an answer is expected */
  due?: number;
  reply?: Text;
  seq?: number;
}

/** Unread counts an account's new messages. */
export interface Unread {
  account: string;
  n: number;
}

/** Mark is a point on the timeline: an edit, a reload, a check, an undo point. */
export interface Mark {
  seq: number;
  /** edit, reload, check, mail, portal, advance */
  kind: string;
  label: string;
}
