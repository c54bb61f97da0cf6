$TTL 86400
@	IN	SOA	ns.gureum-cloud.com. hostmaster.gureum-cloud.com. 2026022801 3600 900 604800 3600
@	IN	NS	ns.gureum-cloud.com.
ns	IN	A	192.0.2.3
dns	IN	A	192.0.2.2
