package dns

import (
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"
)

// Type numbers used inside the package, from the IANA registry.
const (
	typeA      = mdns.TypeA
	typeNS     = mdns.TypeNS
	typeMD     = mdns.TypeMD
	typeMF     = mdns.TypeMF
	typeCNAME  = mdns.TypeCNAME
	typeSOA    = mdns.TypeSOA
	typeMB     = mdns.TypeMB
	typeMG     = mdns.TypeMG
	typeMR     = mdns.TypeMR
	typeWKS    = uint16(11)
	typePTR    = mdns.TypePTR
	typeHINFO  = mdns.TypeHINFO
	typeMINFO  = mdns.TypeMINFO
	typeMX     = mdns.TypeMX
	typeTXT    = mdns.TypeTXT
	typeRP     = mdns.TypeRP
	typeAFSDB  = mdns.TypeAFSDB
	typeX25    = mdns.TypeX25
	typeISDN   = mdns.TypeISDN
	typeRT     = mdns.TypeRT
	typeSIG    = mdns.TypeSIG
	typeKEY    = mdns.TypeKEY
	typeGPOS   = mdns.TypeGPOS
	typeAAAA   = mdns.TypeAAAA
	typeLOC    = mdns.TypeLOC
	typeNXT    = mdns.TypeNXT
	typeSRV    = mdns.TypeSRV
	typeNAPTR  = mdns.TypeNAPTR
	typeKX     = mdns.TypeKX
	typeA6     = uint16(38)
	typeDNAME  = mdns.TypeDNAME
	typeOPT    = mdns.TypeOPT
	typeDS     = mdns.TypeDS
	typeSSHFP  = mdns.TypeSSHFP
	typeRRSIG  = mdns.TypeRRSIG
	typeNSEC   = mdns.TypeNSEC
	typeDNSKEY = mdns.TypeDNSKEY
	typeNSEC3  = mdns.TypeNSEC3
	typeTLSA   = mdns.TypeTLSA
	typeSMIMEA = mdns.TypeSMIMEA
	typeNINFO  = mdns.TypeNINFO
	typeRKEY   = mdns.TypeRKEY
	typeCDS    = mdns.TypeCDS
	typeCDNSK  = mdns.TypeCDNSKEY
	typePGP    = mdns.TypeOPENPGPKEY
	typeSPF    = mdns.TypeSPF
	typeTKEY   = mdns.TypeTKEY
	typeTSIG   = mdns.TypeTSIG
	typeANY    = mdns.TypeANY
	typeURI    = mdns.TypeURI
	typeCAA    = mdns.TypeCAA
	typeAVC    = mdns.TypeAVC
	typeTA     = mdns.TypeTA
	typeDLV    = mdns.TypeDLV
	typeRESINF = uint16(261)
	typeWALLET = uint16(262)
)

// knownTypes lists the mnemonics BIND 9.18 accepts, by number.
const knownTypes = "0 RESERVED0,1 A,2 NS,3 MD,4 MF,5 CNAME,6 SOA,7 MB,8 MG,9 MR,10 NULL,11 WKS,12 PTR,13 HINFO,14 MINFO," +
	"15 MX,16 TXT,17 RP,18 AFSDB,19 X25,20 ISDN,21 RT,22 NSAP,23 NSAP-PTR,24 SIG,25 KEY,26 PX,27 GPOS,28 AAAA,29 LOC," +
	"30 NXT,31 EID,32 NIMLOC,33 SRV,34 ATMA,35 NAPTR,36 KX,37 CERT,38 A6,39 DNAME,40 SINK,41 OPT,42 APL,43 DS,44 SSHFP," +
	"45 IPSECKEY,46 RRSIG,47 NSEC,48 DNSKEY,49 DHCID,50 NSEC3,51 NSEC3PARAM,52 TLSA,53 SMIMEA,55 HIP,56 NINFO,57 RKEY," +
	"58 TALINK,59 CDS,60 CDNSKEY,61 OPENPGPKEY,62 CSYNC,63 ZONEMD,64 SVCB,65 HTTPS,66 DSYNC,67 HHIT,68 BRID,99 SPF," +
	"100 UINFO,101 UID,102 GID,103 UNSPEC,104 NID,105 L32,106 L64,107 LP,108 EUI48,109 EUI64,249 TKEY,250 TSIG,251 IXFR," +
	"252 AXFR,253 MAILB,254 MAILA,255 ANY,256 URI,257 CAA,258 AVC,259 DOA,260 AMTRELAY,261 RESINFO,262 WALLET," +
	"32768 TA,32769 DLV,65533 KEYDATA"

var typeNumbers, typeNames = indexTypes()

func indexTypes() (map[string]uint16, map[uint16]string) {
	numbers, names := map[string]uint16{}, map[uint16]string{}
	for _, entry := range strings.Split(knownTypes, ",") {
		number, name, _ := strings.Cut(entry, " ")
		n, _ := strconv.ParseUint(number, 10, 16)
		numbers[name], names[uint16(n)] = uint16(n), name
	}
	return numbers, names
}

// ParseType reads a type mnemonic in any case, or TYPEnnn (RFC 3597).
func ParseType(text string) (uint16, bool) {
	if t, ok := typeNumbers[text]; ok { // upper case, the usual way, needs no copy
		return t, true
	}
	if len(text) > 32 {
		return 0, false
	}
	up := strings.ToUpper(text)
	if t, ok := typeNumbers[up]; ok {
		return t, true
	}
	return parseNumbered(up, "TYPE")
}

// parseNumbered reads PREFIXnnn.
func parseNumbered(text, prefix string) (uint16, bool) {
	digits, ok := strings.CutPrefix(text, prefix)
	if !ok || digits == "" || len(digits) > 5 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	return uint16(n), err == nil
}

// TypeName is the mnemonic of a type, or TYPEnnn.
func TypeName(t uint16) string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// ParseClass reads a class mnemonic in any case, or CLASSnnn.
func ParseClass(text string) (uint16, bool) {
	if len(text) > 16 {
		return 0, false
	}
	switch strings.ToUpper(text) {
	case "IN":
		return mdns.ClassINET, true
	case "CH", "CHAOS":
		return mdns.ClassCHAOS, true
	case "HS", "HESIOD":
		return mdns.ClassHESIOD, true
	case "ANY":
		return mdns.ClassANY, true
	case "NONE":
		return mdns.ClassNONE, true
	case "RESERVED0":
		return 0, true
	}
	return parseNumbered(strings.ToUpper(text), "CLASS")
}

// ClassName is the mnemonic of a class as BIND writes it.
func ClassName(c uint16) string {
	switch c {
	case 0:
		return "RESERVED0"
	case mdns.ClassINET:
		return "IN"
	case mdns.ClassCHAOS:
		return "CH"
	case mdns.ClassHESIOD:
		return "HS"
	case mdns.ClassNONE:
		return "NONE"
	case mdns.ClassANY:
		return "ANY"
	}
	return "CLASS" + strconv.Itoa(int(c))
}

// RcodeName is the name of a response code as dig and BIND print it.
func RcodeName(rcode int) string {
	switch rcode {
	case mdns.RcodeNotImplemented:
		return "NOTIMP"
	case mdns.RcodeBadVers:
		return "BADVERS"
	}
	if name, ok := mdns.RcodeToString[rcode]; ok {
		return name
	}
	return "RESERVED" + strconv.Itoa(rcode)
}

// TSIGErrorName is the name of the error field of a TSIG record (RFC 8945 section
// 5.2), whose numbers from 16 on mean something else than in a header.
func TSIGErrorName(code uint16) string {
	switch code {
	case mdns.RcodeBadSig:
		return "BADSIG"
	case mdns.RcodeBadKey:
		return "BADKEY"
	case mdns.RcodeBadTime:
		return "BADTIME"
	case mdns.RcodeBadTrunc:
		return "BADTRUNC"
	}
	return RcodeName(int(code))
}

// isMeta reports types that are never stored in a zone.
func isMeta(t uint16) bool {
	return t == typeOPT || t == typeTKEY || t == typeTSIG || t >= 251 && t <= 255
}

// isSingleton reports types of which a name may have only one record.
func isSingleton(t uint16) bool {
	return t == typeCNAME || t == typeDNAME || t == typeSOA || t == typeRESINF
}
