$TTL 3600
@	IN	SOA	ns.moa-mail.com. hostmaster.moa-mail.com. 2026022801 3600 900 604800 300
@	IN	NS	ns.moa-mail.com.
@	IN	MX	10 mx.moa-mail.com.
@	IN	TXT	"v=spf1 mx -all"
ns	IN	A	198.51.100.53
dns	IN	A	198.51.100.54
mx	IN	A	198.51.100.25
