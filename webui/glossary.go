package webui

// glossary explains protocol words at their first use in the page.
func glossary() []GlossEntry {
	g := func(word, ko, en string) GlossEntry { return GlossEntry{Word: word, Text: Text{ko, en}} }
	return []GlossEntry{
		g("MX", "도메인의 메일을 받는 서버의 이름(RFC 5321 5)", "the server that takes a domain's mail (RFC 5321 5)"),
		g("PTR", "주소에서 이름을 찾는 역방향 레코드(RFC 1035 3.5)", "the record that leads from an address to a name (RFC 1035 3.5)"),
		g("A", "이름에서 IPv4 주소를 찾는 레코드", "the record that leads from a name to an IPv4 address"),
		g("NS", "영역을 맡은 네임 서버", "a name server of a zone"),
		g("SOA", "영역의 시작: 일련번호와 갱신 시간", "the start of a zone: its serial number and times"),
		g("TTL", "레코드를 캐시에 두어도 되는 시간(초)", "how long a record may stay in a cache, in seconds"),
		g("NXDOMAIN", "그런 이름이 없다는 응답(RFC 2308)", "the answer that no such name exists (RFC 2308)"),
		g("NODATA", "이름은 있으나 그 종류의 레코드가 없다는 응답(RFC 2308 2.2)", "the answer that the name has no record of the type (RFC 2308 2.2)"),
		g("SERVFAIL", "네임 서버가 답을 얻지 못했다는 응답", "the answer of a name server that could not find out"),
		g("REFUSED", "네임 서버가 정책에 따라 답하지 않는다는 응답", "the answer of a name server that will not answer by policy"),
		g("lame", "위임받았으나 그 영역을 맡고 있지 않은 네임 서버", "a server that a zone is delegated to and that does not serve it"),
		g("glue", "위임과 함께 상위 영역이 알려 주는 네임 서버의 주소", "the addresses of name servers that a parent gives with a delegation"),
		g("HELO", "메일 서버가 자기 이름을 대는 인사(RFC 5321 4.1.1.1)", "the greeting in which a mail server gives its name (RFC 5321 4.1.1.1)"),
		g("MAIL FROM", "봉투의 보낸 사람: 배달 실패를 알릴 주소", "the sender on the envelope: where a failure is reported to"),
		g("RCPT TO", "봉투의 받는 사람", "a recipient on the envelope"),
		g("SPF", "도메인의 메일을 보내도 되는 서버의 목록(RFC 7208)", "the list of servers that may send a domain's mail (RFC 7208)"),
		g("DKIM", "보낸 도메인의 전자 서명(RFC 6376)", "the signature of the sending domain (RFC 6376)"),
		g("DMARC", "SPF와 DKIM이 맞지 않는 메일을 어떻게 할지 정한 도메인의 방침(RFC 7489)", "a domain's wish for mail that fails SPF and DKIM (RFC 7489)"),
		g("DNSBL", "DNS로 묻는 차단 주소 목록(RFC 5782)", "a list of bad addresses that is asked by DNS (RFC 5782)"),
		g("FCrDNS", "주소의 이름을 다시 찾으면 그 주소가 나오는 것(RFC 1912 2.1)", "the name of an address leads back to that address (RFC 1912 2.1)"),
		g("relay", "자기 도메인의 것이 아닌 메일을 전달하는 일", "passing on mail that is not for one's own domain"),
		g("bounce", "배달하지 못했음을 보낸 사람에게 알리는 메일(RFC 3464)", "the mail that tells a sender of a failed delivery (RFC 3464)"),
	}
}
