package webui

// restrictions says what Postfix's restrictions ask for (postconf(5)).
var restrictions = map[string]Text{
	"reject_unknown_client_hostname":         {"접속한 주소의 이름이 없거나, 그 이름의 주소가 접속한 주소와 다르면 거부합니다.", "Refuses a client whose address has no name, or whose name does not lead back to the address."},
	"reject_unknown_reverse_client_hostname": {"접속한 주소의 이름(PTR)이 없으면 거부합니다.", "Refuses a client whose address has no name (PTR)."},
	"reject_unauth_destination":              {"받는 사람이 이 서버가 맡은 도메인이 아니면 중계를 거부합니다.", "Refuses to relay to a domain this server is not responsible for."},
	"defer_unauth_destination":               {"받는 사람이 이 서버가 맡은 도메인이 아니면 나중에 다시 오라고 합니다.", "Defers mail for a domain this server is not responsible for."},
	"reject_unknown_sender_domain":           {"보낸 사람의 도메인이 DNS에 없으면 거부합니다.", "Refuses a sender whose domain is not in DNS."},
	"reject_unknown_recipient_domain":        {"받는 사람의 도메인이 DNS에 없으면 거부합니다.", "Refuses a recipient whose domain is not in DNS."},
	"reject_unlisted_recipient":              {"이 서버가 맡은 도메인에 없는 사용자면 거부합니다.", "Refuses a recipient that does not exist in a domain of this server."},
	"reject_unlisted_sender":                 {"이 서버가 맡은 도메인에 없는 보낸 사람이면 거부합니다.", "Refuses a sender that does not exist in a domain of this server."},
	"reject_non_fqdn_sender":                 {"보낸 사람의 도메인이 완전하지 않으면 거부합니다.", "Refuses a sender without a full domain."},
	"reject_non_fqdn_recipient":              {"받는 사람의 도메인이 완전하지 않으면 거부합니다.", "Refuses a recipient without a full domain."},
	"reject_non_fqdn_helo_hostname":          {"HELO 이름이 완전하지 않으면 거부합니다.", "Refuses a HELO name that is not a full one."},
	"reject_invalid_helo_hostname":           {"HELO 이름의 형식이 틀리면 거부합니다.", "Refuses a HELO name of bad form."},
	"reject_unknown_helo_hostname":           {"HELO 이름이 DNS에 없으면 거부합니다.", "Refuses a HELO name that is not in DNS."},
	"reject_rbl_client":                      {"접속한 주소가 DNS 차단 목록에 있으면 거부합니다.", "Refuses a client whose address is on a DNS block list."},
	"reject_rhsbl_sender":                    {"보낸 사람의 도메인이 차단 목록에 있으면 거부합니다.", "Refuses a sender whose domain is on a block list."},
	"reject_sender_login_mismatch":           {"보낸 사람과 로그인한 사용자가 다르면 거부합니다.", "Refuses a sender that does not belong to the login."},
	"permit_mynetworks":                      {"mynetworks에 든 주소에서 왔으면 허용합니다.", "Lets pass what comes from an address in mynetworks."},
	"permit_sasl_authenticated":              {"로그인한 사용자면 허용합니다.", "Lets pass who has logged in."},
	"check_client_access":                    {"접속한 주소나 이름을 표에서 찾아 그 결과에 따릅니다.", "Does what a table says about the client."},
	"check_sender_access":                    {"보낸 사람을 표에서 찾아 그 결과에 따릅니다.", "Does what a table says about the sender."},
	"check_recipient_access":                 {"받는 사람을 표에서 찾아 그 결과에 따릅니다.", "Does what a table says about the recipient."},
	"reject":                                 {"무조건 거부합니다.", "Refuses in any case."},
}

// statusTexts explains subjects of enhanced status codes (RFC 3463 3).
var statusTexts = map[string]Text{
	"1": {"주소에 관한 문제", "about an address"}, "2": {"편지함에 관한 문제", "about a mailbox"}, "3": {"메일 시스템에 관한 문제", "about the mail system"},
	"4": {"네트워크나 경로에 관한 문제", "about the network or routing"}, "5": {"프로토콜에 관한 문제", "about the protocol"},
	"6": {"내용에 관한 문제", "about the content"}, "7": {"보안이나 정책에 관한 문제", "about security or policy"},
}
