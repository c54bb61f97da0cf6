package sshd

// valueKind is what stands behind a keyword.
type valueKind uint8

const (
	anything valueKind = iota // taken as it is
	aChoice                   // one of some words
	aNumber
	aTime
	aPort
	aListen
	aLevel // a word in capitals
	aList  // adds up
)

// keyword is how sshd_config(5) describes one.
type keyword struct {
	is      valueKind
	choices string
	noun    string // of a level
	min     int
	inMatch bool
}

const yesNo = "yes no"

var keywords = map[string]keyword{
	"port":                         {is: aPort},
	"listenaddress":                {is: aListen},
	"addressfamily":                {is: aChoice, choices: "inet inet6 any"},
	"hostkey":                      {is: aList},
	"permitrootlogin":              {is: aChoice, choices: "without-password prohibit-password forced-commands-only yes no", inMatch: true},
	"passwordauthentication":       {is: aChoice, choices: yesNo, inMatch: true},
	"pubkeyauthentication":         {is: aChoice, choices: yesNo, inMatch: true},
	"kbdinteractiveauthentication": {is: aChoice, choices: yesNo, inMatch: true},
	"permitemptypasswords":         {is: aChoice, choices: yesNo, inMatch: true},
	"usepam":                       {is: aChoice, choices: yesNo},
	"usedns":                       {is: aChoice, choices: yesNo},
	"strictmodes":                  {is: aChoice, choices: yesNo},
	"printmotd":                    {is: aChoice, choices: yesNo},
	"printlastlog":                 {is: aChoice, choices: yesNo},
	"permittty":                    {is: aChoice, choices: yesNo, inMatch: true},
	"permituserrc":                 {is: aChoice, choices: yesNo, inMatch: true},
	"permituserenvironment":        {is: anything},
	"tcpkeepalive":                 {is: aChoice, choices: yesNo},
	"ignorerhosts":                 {is: aChoice, choices: "yes no shosts-only", inMatch: true},
	"ignoreuserknownhosts":         {is: aChoice, choices: yesNo},
	"hostbasedauthentication":      {is: aChoice, choices: yesNo, inMatch: true},
	"gssapiauthentication":         {is: aChoice, choices: yesNo, inMatch: true},
	"gssapicleanupcredentials":     {is: aChoice, choices: yesNo},
	"gssapistrictacceptorcheck":    {is: aChoice, choices: yesNo},
	"gssapikeyexchange":            {is: aChoice, choices: yesNo},
	"kerberosauthentication":       {is: aChoice, choices: yesNo, inMatch: true},
	"kerberosorlocalpasswd":        {is: aChoice, choices: yesNo},
	"kerberosticketcleanup":        {is: aChoice, choices: yesNo},
	"kerberosgetafstoken":          {is: aChoice, choices: yesNo},
	"x11forwarding":                {is: aChoice, choices: yesNo, inMatch: true},
	"x11uselocalhost":              {is: aChoice, choices: yesNo, inMatch: true},
	"x11displayoffset":             {is: aNumber, inMatch: true},
	"xauthlocation":                {is: anything},
	"allowtcpforwarding":           {is: aChoice, choices: "yes all no remote local", inMatch: true},
	"allowstreamlocalforwarding":   {is: aChoice, choices: "yes all no remote local", inMatch: true},
	"allowagentforwarding":         {is: aChoice, choices: yesNo, inMatch: true},
	"disableforwarding":            {is: aChoice, choices: yesNo, inMatch: true},
	"gatewayports":                 {is: aChoice, choices: "clientspecified yes no", inMatch: true},
	"permittunnel":                 {is: aChoice, choices: "yes point-to-point ethernet no", inMatch: true},
	"permitopen":                   {is: anything, inMatch: true},
	"permitlisten":                 {is: anything, inMatch: true},
	"compression":                  {is: aChoice, choices: "yes delayed no"},
	"fingerprinthash":              {is: aChoice, choices: "md5 sha256"},
	"maxauthtries":                 {is: aNumber, min: 1, inMatch: true},
	"maxsessions":                  {is: aNumber, inMatch: true},
	"maxstartups":                  {is: anything},
	"clientaliveinterval":          {is: aTime, inMatch: true},
	"clientalivecountmax":          {is: aNumber, inMatch: true},
	"logingracetime":               {is: aTime},
	"loglevel":                     {is: aLevel, noun: "log level", choices: "SILENT QUIET FATAL ERROR INFO VERBOSE DEBUG DEBUG1 DEBUG2 DEBUG3", inMatch: true},
	"syslogfacility":               {is: aLevel, noun: "log facility", choices: "DAEMON USER AUTH AUTHPRIV LOCAL0 LOCAL1 LOCAL2 LOCAL3 LOCAL4 LOCAL5 LOCAL6 LOCAL7"},
	"allowusers":                   {is: aList, inMatch: true},
	"denyusers":                    {is: aList, inMatch: true},
	"allowgroups":                  {is: aList, inMatch: true},
	"denygroups":                   {is: aList, inMatch: true},
	"authorizedkeysfile":           {is: aList, inMatch: true},
	"acceptenv":                    {is: aList, inMatch: true},
	"setenv":                       {is: anything, inMatch: true},
	"subsystem":                    {is: aList},
	"banner":                       {is: anything, inMatch: true},
	"forcecommand":                 {is: anything, inMatch: true},
	"chrootdirectory":              {is: anything, inMatch: true},
	"authenticationmethods":        {is: anything, inMatch: true},
	"pidfile":                      {is: anything},
	"versionaddendum":              {is: anything},
	"debianbanner":                 {is: aChoice, choices: yesNo},
	"ipqos":                        {is: anything, inMatch: true},
	"rekeylimit":                   {is: anything, inMatch: true},
	"ciphers":                      {is: anything},
	"macs":                         {is: anything},
	"kexalgorithms":                {is: anything},
	"hostkeyalgorithms":            {is: anything},
	"pubkeyacceptedalgorithms":     {is: anything, inMatch: true},
	"pubkeyacceptedkeytypes":       {is: anything, inMatch: true},
	"casignaturealgorithms":        {is: anything, inMatch: true},
	"trustedusercakeys":            {is: anything, inMatch: true},
	"revokedkeys":                  {is: anything, inMatch: true},
	"authorizedkeyscommand":        {is: anything, inMatch: true},
	"authorizedkeyscommanduser":    {is: anything, inMatch: true},
	"authorizedprincipalsfile":     {is: anything, inMatch: true},
	"exposeauthinfo":               {is: aChoice, choices: yesNo, inMatch: true},
	"persourcemaxstartups":         {is: anything},
	"persourcenetblocksize":        {is: anything},
	"unusedconnectiontimeout":      {is: anything, inMatch: true},
	"channeltimeout":               {is: anything, inMatch: true},
	"requiredrsasize":              {is: aNumber, inMatch: true},
	"protocol":                     {is: anything}, // ignored
	"moduli":                       {is: anything},
	"modulifile":                   {is: anything},
}

// deprecated keywords are named and passed over.
var deprecated = []string{"useprivilegeseparation", "keyregenerationinterval", "serverkeybits", "rsaauthentication", "rhostsrsaauthentication",
	"uselogin", "skeyauthentication", "dsaauthentication", "keepalive", "pamauthenticationviakbdint", "verifyreversemapping",
	"reversemappingcheck", "checkmail", "authorizedkeysfile2"}
