import { josa, withJosa } from '../core/josa';
import type { Words } from './en';

const to = (name: string) => `${name}에`;

/** 화면의 말, 한국어. */
export const ko: Words = {
  close: '닫기', open: '열기', send: '보내기', save: '저장', reload: '다시 읽기', back: '뒤로', loading: '불러오는 중…', none: '없음',
  event: '이벤트', events: (n) => `이벤트 ${n}개`, of: (n, m) => `${m}개 중 ${n}개`,
  language: '언어', theme: '테마', themeLight: '밝게', themeDark: '어둡게', themeProjector: '프로젝터', keys: '단축키',
  notFound: '없는 페이지입니다.', home: '시나리오 목록', problem: '처리하지 못했습니다', regions: '영역',

  appName: 'mxlab', listTitle: '시나리오 선택',
  listLead: '시나리오마다 한 곳이 고장 난 작은 인터넷이 있습니다. 실제 도구로 원인을 찾아 고치고, 고쳐졌음을 확인합니다.',
  start: '시작', resume: '이어서 하기', fresh: '처음부터', level: (n) => `난이도 ${n}/5`, minutes: (n) => `약 ${n}분`,
  best: (n) => `최고 ${n}점`, otherGroup: '기타', findScenario: '시나리오 찾기', noScenarios: '시나리오가 없습니다.', classWall: '수업 현황판',

  clock: '가상 시각', connected: '연결됨', connecting: '연결 중…', offline: '연결 끊김', ended: '종료됨', check: '점검', checking: '점검 중…',
  download: '제출 파일 내려받기', packets: '패킷 캡처 내려받기 (Wireshark)', packetsOf: '패킷 캡처', undo: '되돌리기', undoOf: (what) => `되돌리기: ${what}`, restart: '처음부터 다시', redo: '다시 하기', redoOf: (what) => `다시 하기: ${what}`, stage: '발표 모드', handUp: '손 들기', handDown: '손 내리기',
  restartAsk: '처음부터 다시 시작합니까? 이 시나리오에서 한 일이 모두 사라집니다.', more: '더 보기', readOnly: '보기 전용',
  branchOf: '분기한 실습', branchOfHint: '다른 실습에서 분기했습니다. 누르면 원래 실습으로 갑니다.',

  lostLine: '연결이 끊겼습니다. 입력한 명령은 보관했다가 다시 연결되면 한 번만 실행합니다.', retryIn: (s) => `${s}초 뒤 다시 시도합니다.`, retry: '지금 연결',
  sessionOver: '세션이 끝났습니다.', dismiss: '닫기',

  guide: '안내', story: '상황', tasks: '할 일', seeIncident: '무슨 일인지 보기', sendAgain: '다시 보내기', hint: '힌트', hints: '힌트',
  hintOpen: '힌트 열기', hintFree: '무료', hintCost: (n) => `${n}점 감점`, hintNone: '지금은 힌트가 없습니다.', hintUsed: (n) => `${n}개 사용`,
  taskOpen: '진행 전', taskDone: '완료', taskFailed: '다시 실패', taskLocked: '나중에', tryIt: '터미널에 넣기', predict: '계속 보기 전에', diagnose: '진단',
  answer: '답하기', answerRight: '맞습니다', answerWrong: '아닙니다', answerLater: '마지막에 채점합니다', cite: '근거: 선택한 이벤트', citeNone: '근거가 되는 이벤트를 선택하십시오.',
  skipQuestion: '답하지 않고 계속 보기', glossary: '용어',

  results: '결과', passed: (n, m) => `${m}개 중 ${n}개 통과`, points: (n, m) => `${n} / ${m}점`,
  itemPass: '통과', itemPartial: '일부 통과', itemFail: '실패', itemBlocked: '보류', itemError: '점검기 오류', expected: '기대', actual: '관찰',
  evidence: '근거', needs: (what) => `먼저 해결할 것: ${what}`, vantage: (who) => `${who}에서 확인`, checkedAt: (when) => `${when}에 점검함`,

  network: '네트워크', mapHelp: '네트워크 지도입니다. 노드에서 Enter를 누르면 터미널이 열립니다.', captionNow: '오가는 것이 없습니다.', captionStart: '첫 이벤트 이전입니다.',
  gapOf: (d) => `${d} 경과`, node: '노드', terminalHere: '터미널', mine: '내 담당', down: '꺼짐',
  nodeIn: (zone, node) => `${zone} ${node}`,

  trace: '추적', traceAll: '전체', traceFocus: '집중', details: '자세히', find: '찾기', findNone: '찾지 못했습니다',
  noEvents: '아직 이벤트가 없습니다. 명령을 실행하거나 ‘무슨 일인지 보기’를 누르십시오.', behind: (n) => `${n}개 더 받는 중`,

  deed: {
    mail: (to) => `메일: ${to}`, client: (port) => `실제 접속: ${port}`, fetch: (who) => `메일 가져오기: ${who}`, ask: (what) => `문의: ${what}`, edit: (path) => `편집: ${path}`,
    reboot: (host) => `재부팅: ${host}`, power: (to) => `전원: ${to === 'on' ? '켜기' : to === 'off' ? '끄기' : '껐다 켜기'}`, key: (key) => ({ open: '다시 접속', interrupt: 'Ctrl+C', eof: 'Ctrl+D', suspend: 'Ctrl+Z' })[key] ?? `키: ${key}`, until: (what) => (what === 'quiet' ? '조용해질 때까지' : '다음 이벤트까지'),
  },

  inspector: '이벤트', why: '왜?', message: '메시지', bytes: '바이트', talk: '대화', nothingSelected: '지도, 추적, 이야기에서 이벤트를 선택하십시오.',
  noWhy: '여기서 판단한 것은 없습니다.', noMessage: '이 이벤트에는 메시지가 없습니다.', noBytes: '보낸 바이트가 없습니다.', noTalk: '대화에 속한 이벤트가 아닙니다.',
  rule: '규칙', compared: '비교한 값', want: '기준', got: '실제', same: '같음', differs: '다름', showMoment: '이 순간 보기', skipTime: (d) => `${d} 건너뛰기`,
  rel: { 'retry-of': '재시도 대상', 'bounce-of': '반송 대상', 'answered-from': '캐시의 출처', 'caused-by-edit': '원인이 된 편집', 'reply-to': '받은 질문' },
  relBack: { 'retry-of': '재시도', 'bounce-of': '반송 메일', 'answered-from': '캐시에서 다시 쓰임', 'caused-by-edit': '편집의 결과', 'reply-to': '응답' },
  trialEvent: '점검할 때 네트워크 사본에서 일어난 이벤트입니다. 추적에는 나오지 않습니다.',
  took: '걸린 시간', at: '시각', cause: '원인', fields: '항목', copy: '복사',

  verdict: { none: '', ok: '정상', warn: '참고', temp: '일시 오류', bad: '실패', wait: '시간 초과', lost: '유실' },
  fate: { waiting: '대기 중', undelivered: '배달 안 됨' }, failedInside: '안에 실패한 일이 있습니다',

  dock: '작업', terminal: '터미널', terminals: '터미널', files: '파일', mail: '메일', portals: '문의', storyTab: '이야기', closeTab: (what) => `${what} 닫기`,
  larger: '크게', smaller: '작게', reboot: '재부팅', rebootAsk: (host) => `${withJosa(host, '을')} 재부팅합니까?`, queue: '큐', queueOf: (host) => `${host} 메일 큐`, openOn: '열 곳', viaConsole: '콘솔', viaSsh: 'ssh', addTab: '열기…', dirty: '저장 안 함',

  termInput: (host) => `${host} 명령줄`, termLog: (host) => `${host} 터미널`, stop: '중지', running: '실행 중', waitMore: (d) => `${d} 기다리기`,
  termClosed: '세션이 끊겼습니다', reconnectConsole: '콘솔 열기', reconnectSsh: '다시 접속', sshFrom: (from) => `${from}에서 ssh로 접속`, noAnswer: (host) => `${host}의 응답이 없습니다. 패킷이 돌아오지 않습니다.`, dropSsh: '접속 끊기 (~.)', powerOn: '전원 켜기', powerOff: '전원 끄기', powerOffAsk: (host) => `${host}의 전원을 끕니까?`, cutBytes: (n) => `${n}바이트 생략`, password: '비밀번호', leaveHint: 'Tab 자동 완성, Shift+Tab 나가기',
  queued: '보냄', showTrace: '추적',

  editorOf: (path) => `편집기: ${path}`, saved: '저장됨', unsaved: '저장 안 됨', newFile: '새 파일', fixedFile: '여기서는 읽기 전용', binaryFile: '이진 파일이라 편집할 수 없습니다.',
  pending: '저장했지만 아직 반영되지 않았습니다:', runIt: '실행', lintOk: (cmd) => `${cmd}: 지적 사항 없음`, lintNone: '검사기가 없는 파일', lintCount: (n) => `지적 사항 ${n}개`,
  line: (n) => `${n}행`, conflict: '파일을 연 뒤에 서버에서 내용이 바뀌었습니다.', takeTheirs: '새로 읽기', keepMine: '내 것 유지', draft: '지난번에 저장하지 않은 내용입니다.',
  discard: '버리기', path: '경로', up: '위로', emptyDir: '빈 디렉터리', worthOpening: '자주 쓰는 파일', folder: '폴더',

  inbox: '받은 메일', compose: '새 메일', from: '보낸 사람', to: '받는 사람', via: '메일 프로그램 위치', subject: '제목', body: '내용', noMail: '아직 가져온 메일이 없습니다.', source: '원문', headers: '모든 헤더', readable: '본문',
  unread: (n) => `새 메일 ${n}`, sentNote: '메일 프로그램에 넘겼습니다.', account: '계정', refresh: '메일 가져오기', selectMail: '메일을 선택하십시오.', delivery: '배달 과정',

  gateway: '실제 접속', gatewayAbout: '이 컴퓨터의 프로그램(dig, swaks, openssl, 메일 프로그램)으로 실습 호스트와 직접 통신할 수 있습니다. 포트를 열고 표시된 주소로 접속하십시오. 보낸 내용은 다른 작업과 똑같이 기록되고 되돌릴 수 있습니다.',
  gatewayHost: '호스트', gatewayPort: '포트', gatewayFrom: '접속하는 쪽', gatewayFromUsual: '외부인', gatewayOpen: '열기', gatewayShut: '닫기', gatewayNone: '열린 포트가 없습니다.',
  gatewayCount: (active, total) => `접속 중 ${active}, 모두 ${total}`, gatewayRefused: (n) => `거절하거나 끊음 ${n}`,

  request: '요청', tickets: '보낸 요청', ticketOpen: '처리 중', ticketDone: '완료', ticketRefused: '거절', due: (d) => `${d} 뒤 답변`, waitFor: '답변 기다리기',
  optional: '선택', noPortals: '이 시나리오에는 문의할 곳이 없습니다.',

  noStory: '아직 아무 일도 없었습니다.',

  timeline: '타임라인', play: '재생', pause: '일시 정지', stepBack: '이전 이벤트', stepOn: '다음 이벤트', skipGap: '공백 건너뛰기', speed: '속도', nextFailure: '다음 실패',
  now: '지금', backToNow: '지금으로', viewing: (time) => `${time} 시점을 보는 중 (기록)`, playhead: '재생 위치', advance: '시간 보내기', advanceBy: (d) => `+${d}`,
  asItWas: '그때 상태', asItWasHint: '터미널, 파일, 메일, 큐를 그 시점의 상태로 봅니다', asItIs: '지금 상태로', asOf: (time) => `${time} 시점의 상태입니다. 여기서는 바꿀 수 없습니다.`,
  notThere: '그 시점에는 없던 파일입니다.', fromHere: '여기서부터…', undoToHere: (n) => `여기까지 되돌리기: 뒤에 한 일 ${n}개를 취소합니다`,
  undoNothing: '여기까지 되돌리기: 뒤에 한 일이 없습니다', undoWith: (what, n) => (n === 0 ? `‘${what}’ 되돌리기` : `‘${what}’ 및 그 뒤 ${n}개 되돌리기`), branchHere: '여기서 분기: 별도의 실습을 만듭니다',
  untilEvent: '다음 이벤트까지', untilQuiet: '조용해질 때까지', live: '실시간',
  markKind: { edit: '편집', reload: '다시 읽기', check: '점검', mail: '메일', portal: '문의', advance: '시간 경과' },

  keysTitle: '단축키', keysLetters: '글자 하나로 된 단축키 사용',
  keysList: {
    space: '재생 또는 정지', arrows: '이전, 다음 이벤트', gap: '공백 건너뛰기', l: '지금으로', e: '다음 실패', t: '선택한 추적에 집중', a: '모든 추적',
    v: '대화 보기', f: '추적에서 찾기', c: '점검', h: '힌트 열기', f6: '다음 영역', tick: '터미널', help: '이 목록', leave: '터미널에서 나가기', esc: '닫기',
    save: '파일 저장',
  },

  wallTitle: '수업 현황판', hand: '손 듦', stuck: '막힘', idle: '대기', working: '진행 중', finished: '완료', ago: (s) => (s < 90 ? `${s}초` : `${Math.round(s / 60)}분`),
  student: '학생', lastAction: '마지막 동작', hintsUsed: '힌트', commonFailure: '가장 많은 실패', look: '보기', nobody: '아직 아무도 없습니다.',

  say: {
    query: (a, b, what) => `${withJosa(a, '이')} ${to(b)} 묻습니다: ${what}`,
    reply: (a, b, what) => `${withJosa(a, '이')} ${to(b)} 답합니다: ${what}`,
    cache: (a, what) => `${withJosa(a, '이')} 캐시에서 답합니다: ${what}`,
    tells: (a, b, what) => `${withJosa(a, '이')} ${to(b)}: ${what}`,
    lost: (a, b, what) => `${a}에서 ${b}${josa(b, '으로')} 가다가 유실됩니다: ${what}`,
    drop: (a, what) => `${withJosa(a, '이')} 버립니다: ${what}`,
    connect: (a, b, what) => `${withJosa(a, '이')} ${to(b)} 연결합니다: ${what}`,
    policy: (a, what) => `${withJosa(a, '이')} 판정합니다: ${what}`,
    queue: (a, what) => `${a} 큐: ${what}`,
    bounce: (a, what) => `${withJosa(a, '이')} 반송 메일을 만듭니다: ${what}`,
    submit: (a, what) => `${to(a)} 메일이 들어옵니다: ${what}`,
    deliver: (a, what) => `${withJosa(a, '이')} 배달합니다: ${what}`,
    config: (a, what) => `${withJosa(a, '이')} 설정을 읽습니다: ${what}`,
    unit: (a, what) => `${a} 서비스: ${what}`,
    write: (a, what) => `${a}에서 파일이 바뀌었습니다: ${what}`,
    exec: (a, what) => `${a}$ ${what}`,
    check: (what) => `점검: ${what}`,
    portal: (what) => `문의: ${what}`,
    gaveUp: (a) => `${withJosa(a, '이')} 제시간에 응답을 받지 못해 기다림을 끝냅니다`,
    other: (a, what) => (a ? `${a}: ${what}` : what),
  },
};
