/** The page's own voice in English; the other languages have the same keys. */
export const en = {
  // general
  close: 'Close', open: 'Open', send: 'Send', save: 'Save', reload: 'Reload', back: 'Back', loading: 'Loading…', none: 'None',
  event: 'event', events: (n: string) => `${n} events`, of: (n: number, m: number) => `${n} of ${m}`,
  language: 'Language', theme: 'Theme', themeLight: 'Light', themeDark: 'Dark', themeProjector: 'Projector', keys: 'Keyboard',
  notFound: 'This page does not exist.', home: 'All scenarios', problem: 'That did not work', regions: 'Regions',

  // scenario list
  appName: 'mxlab', listTitle: 'Choose a scenario',
  listLead: 'Each scenario is a small Internet with one fault. Find it with real tools, repair it, prove it.',
  start: 'Start', resume: 'Continue', fresh: 'Start afresh', level: (n: number) => `Level ${n} of 5`, minutes: (n: number) => `about ${n} min`,
  best: (n: number) => `Best ${n}`, otherGroup: 'More', findScenario: 'Find a scenario', noScenarios: 'There are no scenarios.', classWall: 'Class wall',

  // header
  clock: 'Virtual time', connected: 'Connected', connecting: 'Connecting…', offline: 'Offline', ended: 'Ended', check: 'Check', checking: 'Checking…',
  download: 'Download submission', packets: 'Download capture (Wireshark)', packetsOf: 'Capture', undo: 'Undo', undoOf: (what: string) => `Undo: ${what}`, restart: 'Start over', redo: 'Redo', redoOf: (what: string) => `Redo: ${what}`, stage: 'Stage mode', handUp: 'Raise hand', handDown: 'Lower hand',
  restartAsk: 'Start over? Everything done in this scenario is lost.', more: 'More', readOnly: 'View only',
  branchOf: 'Branch', branchOfHint: 'Branched from another session: go there',

  // banner
  lostLine: 'Connection lost. Commands are kept and run once it is back.', retryIn: (s: number) => `Next try in ${s} s.`, retry: 'Retry',
  sessionOver: 'This session has ended.', dismiss: 'Dismiss',

  // guide
  guide: 'Guide', story: 'Story', tasks: 'Tasks', seeIncident: 'See what happened', sendAgain: 'Send again', hint: 'Hint', hints: 'Hints',
  hintOpen: 'Open a hint', hintFree: 'free', hintCost: (n: number) => `costs ${n}`, hintNone: 'No hint at the moment.', hintUsed: (n: number) => `${n} used`,
  taskOpen: 'open', taskDone: 'done', taskFailed: 'reverted', taskLocked: 'later', tryIt: 'Put into terminal', predict: 'Before you watch on', diagnose: 'Diagnosis',
  answer: 'Answer', answerRight: 'Right', answerWrong: 'Not so', answerLater: 'Judged at the end', cite: 'Evidence: the selected event', citeNone: 'Select the event that proves it.',
  skipQuestion: 'Watch on without answering', glossary: 'Words',

  // report
  results: 'Results', passed: (n: number, m: number) => `${n} of ${m} passed`, points: (n: string, m: string) => `${n} / ${m} points`,
  itemPass: 'passed', itemPartial: 'partly', itemFail: 'failed', itemBlocked: 'blocked', itemError: 'checker fault', expected: 'Expected', actual: 'Observed',
  evidence: 'Evidence', needs: (what: string) => `First: ${what}`, vantage: (who: string) => `from ${who}`, checkedAt: (when: string) => `Checked at ${when}`,

  // topology
  network: 'Network', mapHelp: 'Network map. Enter on a node opens its terminal.', captionNow: 'Nothing on the way.', captionStart: 'Before the first event.',
  gapOf: (d: string) => `${d} pass`, node: 'Node', terminalHere: 'terminal', mine: 'yours', down: 'off',
  nodeIn: (zone: string, node: string) => `${node} (${zone})`,

  // trace
  trace: 'Trace', traceAll: 'All', traceFocus: 'Focus', details: 'Details', find: 'Find', findNone: 'Nothing found',
  noEvents: 'No events yet. Run a command or press “See what happened”.', behind: (n: string) => `${n} more coming`,

  // what people did
  deed: {
    mail: (to: string) => `mail to ${to}`, client: (port: string) => `real client to ${port}`, fetch: (who: string) => `get mail of ${who}`, ask: (what: string) => `request: ${what}`, edit: (path: string) => `edit ${path}`,
    reboot: (host: string) => `reboot ${host}`, power: (to: string) => `power ${to}`, key: (key: string) => ({ open: 'connect again', interrupt: 'Ctrl+C', eof: 'Ctrl+D', suspend: 'Ctrl+Z' })[key] ?? `key ${key}`, until: (what: string): string => (what === 'quiet' ? 'wait until quiet' : 'wait for the next event'),
  },

  // inspector
  inspector: 'Event', why: 'Why?', message: 'Message', bytes: 'Bytes', talk: 'Talk', nothingSelected: 'Select an event in the map, the trace or the story.',
  noWhy: 'Nothing was decided here.', noMessage: 'This event carries no message.', noBytes: 'No bytes were sent.', noTalk: 'This event is not part of a conversation.',
  rule: 'Rule', compared: 'Compared', want: 'wanted', got: 'found', same: 'same', differs: 'differs', showMoment: 'Show this moment', skipTime: (d: string) => `Skip ${d}`,
  rel: { 'retry-of': 'Retry of', 'bounce-of': 'Bounce of', 'answered-from': 'Answered from', 'caused-by-edit': 'Caused by edit', 'reply-to': 'Reply to' } as Record<string, string>,
  relBack: { 'retry-of': 'Tried again by', 'bounce-of': 'Bounced by', 'answered-from': 'Used again by', 'caused-by-edit': 'Led to', 'reply-to': 'Answered by' } as Record<string, string>,
  trialEvent: 'From the check’s trial run on a copy of the network; not in the trace.',
  took: 'took', at: 'at', cause: 'Cause', fields: 'Fields', copy: 'Copy',

  // verdicts
  verdict: { none: '', ok: 'ok', warn: 'remark', temp: 'temporary', bad: 'failed', wait: 'time-out', lost: 'lost' } as Record<string, string>,
  fate: { waiting: 'waiting', undelivered: 'not delivered' }, failedInside: 'Something inside failed',

  // dock
  dock: 'Work', terminal: 'Terminal', terminals: 'Terminals', files: 'Files', mail: 'Mail', portals: 'Portals', storyTab: 'Story', closeTab: (what: string) => `Close ${what}`,
  larger: 'Larger', smaller: 'Smaller', reboot: 'Reboot', rebootAsk: (host: string) => `Reboot ${host}?`, queue: 'Queue', queueOf: (host: string) => `Mail queue of ${host}`, openOn: 'Open on', viaConsole: 'console', viaSsh: 'ssh', addTab: 'Open…', dirty: 'not saved',

  // terminal
  termInput: (host: string) => `Command line of ${host}`, termLog: (host: string) => `Terminal of ${host}`, stop: 'Stop', running: 'running', waitMore: (d: string) => `Wait ${d}`,
  termClosed: 'Session closed', reconnectConsole: 'Open the console', reconnectSsh: 'Connect again', sshFrom: (from: string) => `ssh from ${from}`, noAnswer: (host: string) => `No answer from ${host}: packets do not come back.`, dropSsh: 'Disconnect (~.)', powerOn: 'Switch on', powerOff: 'Switch off', powerOffAsk: (host: string) => `Switch ${host} off?`, cutBytes: (n: string) => `${n} bytes left out`, password: 'Password', leaveHint: 'Tab completes, Shift+Tab leaves',
  queued: 'sent', showTrace: 'trace',

  // editor
  editorOf: (path: string) => `Editor: ${path}`, saved: 'Saved', unsaved: 'Not saved', newFile: 'New file', fixedFile: 'Read-only here', binaryFile: 'Binary file: cannot be edited.',
  pending: 'Saved, not loaded yet:', runIt: 'Run', lintOk: (cmd: string) => `${cmd}: no complaint`, lintNone: 'No checker for this file', lintCount: (n: number) => (n === 1 ? '1 complaint' : `${n} complaints`),
  line: (n: number) => `line ${n}`, conflict: 'The file changed on the host since you opened it.', takeTheirs: 'Load it anew', keepMine: 'Keep mine', draft: 'Unsaved text of an earlier visit.',
  discard: 'Discard', path: 'Path', up: 'Up', emptyDir: 'Empty directory', worthOpening: 'Often needed', folder: 'folder',

  // mail
  inbox: 'Inbox', compose: 'New mail', from: 'From', to: 'To', via: 'Mail program on', subject: 'Subject', body: 'Text', noMail: 'No mail fetched yet.', source: 'Source', headers: 'All headers', readable: 'Readable',
  unread: (n: number) => `${n} new`, sentNote: 'Handed to the mail program.', account: 'Account', refresh: 'Get mail', selectMail: 'Select a mail.', delivery: 'Its delivery',

  // gateway
  gateway: 'Real clients', gatewayAbout: 'Programs on this computer (dig, swaks, openssl, a mail program) can talk with a host of the lab. Open a port and give the program the address shown. What they send is recorded and undone like everything else.',
  gatewayHost: 'Host', gatewayPort: 'Port', gatewayFrom: 'Appears as', gatewayFromUsual: 'a stranger', gatewayOpen: 'Open', gatewayShut: 'Close', gatewayNone: 'No port is open.',
  gatewayCount: (active: number, total: number) => `connected: ${active}, in all: ${total}`, gatewayRefused: (n: number) => `refused or cut off: ${n}`,
  // portals
  request: 'Request', tickets: 'Requests sent', ticketOpen: 'in progress', ticketDone: 'done', ticketRefused: 'refused', due: (d: string) => `answer in ${d}`, waitFor: 'Wait for the answer',
  optional: 'optional', noPortals: 'Nobody to ask in this scenario.',

  // story tab
  noStory: 'Nothing has happened yet.',

  // timeline
  timeline: 'Timeline', play: 'Play', pause: 'Pause', stepBack: 'Previous event', stepOn: 'Next event', skipGap: 'Skip pause', speed: 'Speed', nextFailure: 'Next failure',
  now: 'Now', backToNow: 'Back to now', viewing: (time: string) => `Viewing ${time} (recorded)`, playhead: 'Playhead', advance: 'Let time pass', advanceBy: (d: string) => `+${d}`,
  asItWas: 'As it was', asItWasHint: 'Show terminals, files, mail and queues as they were then', asItIs: 'As it is now', asOf: (time: string) => `As it was at ${time}; nothing can be changed here.`,
  notThere: 'The file did not exist then.', fromHere: 'From here…', undoToHere: (n: number) => (n === 1 ? 'Undo to here: takes back 1 action' : `Undo to here: takes back ${n} actions`),
  undoNothing: 'Undo to here: nothing was done after it', undoWith: (what: string, n: number) => (n === 0 ? `Undo “${what}”` : `Undo “${what}” and the ${n} after it`), branchHere: 'Branch from here: a session of its own',
  untilEvent: 'to next event', untilQuiet: 'until quiet', live: 'live',
  markKind: { edit: 'Edit', reload: 'Reload', check: 'Check', mail: 'Mail', portal: 'Portal', advance: 'Time passed' } as Record<string, string>,

  // keys
  keysTitle: 'Keyboard', keysLetters: 'Single letters as shortcuts',
  keysList: {
    space: 'Play or pause', arrows: 'Previous, next event', gap: 'Skip pause', l: 'Back to now', e: 'Next failure', t: 'Focus the trace of the selection', a: 'All traces',
    v: 'Talk (ladder)', f: 'Find in the trace', c: 'Check', h: 'Open a hint', f6: 'Next region', tick: 'Terminal', help: 'This list', leave: 'Leave the terminal', esc: 'Close',
    save: 'Save the file',
  },

  // wall
  wallTitle: 'Class wall', hand: 'Hand up', stuck: 'Stuck', idle: 'Idle', working: 'Working', finished: 'Done', ago: (s: number) => (s < 90 ? `${s} s` : `${Math.round(s / 60)} min`),
  student: 'Student', lastAction: 'Last action', hintsUsed: 'Hints', commonFailure: 'Commonest failure', look: 'Look on', nobody: 'Nobody yet.',

  // story sentences
  say: {
    query: (a: string, b: string, what: string) => `${a} asks ${b}: ${what}`,
    reply: (a: string, b: string, what: string) => `${a} answers ${b}: ${what}`,
    cache: (a: string, what: string) => `${a} answers from its cache: ${what}`,
    tells: (a: string, b: string, what: string) => `${a} to ${b}: ${what}`,
    lost: (a: string, b: string, what: string) => `Lost on the way from ${a} to ${b}: ${what}`,
    drop: (a: string, what: string) => `${a} discards: ${what}`,
    connect: (a: string, b: string, what: string) => `${a} connects to ${b}: ${what}`,
    policy: (a: string, what: string) => `${a} judges: ${what}`,
    queue: (a: string, what: string) => `Queue of ${a}: ${what}`,
    bounce: (a: string, what: string) => `${a} makes a bounce: ${what}`,
    submit: (a: string, what: string) => `Mail enters at ${a}: ${what}`,
    deliver: (a: string, what: string) => `${a} delivers: ${what}`,
    config: (a: string, what: string) => `${a} loads its configuration: ${what}`,
    unit: (a: string, what: string) => `Service on ${a}: ${what}`,
    write: (a: string, what: string) => `File changed on ${a}: ${what}`,
    exec: (a: string, what: string) => `${a}$ ${what}`,
    check: (what: string) => `Check: ${what}`,
    portal: (what: string) => `Portal: ${what}`,
    gaveUp: (a: string) => `${a} gives up: no answer in time`,
    other: (a: string, what: string) => (a ? `${a}: ${what}` : what),
  },
};

export type Words = typeof en;
