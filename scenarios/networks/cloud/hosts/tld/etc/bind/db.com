$TTL 172800
@	IN	SOA	a.gtld-servers.net. hostmaster.a.gtld-servers.net. 2026022801 1800 900 604800 900
@	IN	NS	a.gtld-servers.net.
moa-mail	IN	NS	ns.moa-mail.com.
ns.moa-mail	IN	A	198.51.100.53
gureum-cloud	IN	NS	ns.gureum-cloud.com.
ns.gureum-cloud	IN	A	192.0.2.3
