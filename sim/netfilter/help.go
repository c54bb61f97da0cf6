package netfilter

import "fmt"

// help returns what -h prints.
func (p *parser) help(token) string {
	return fmt.Sprintf(helpText, p.fam.command(), release)
}

const helpText = `%[1]s v%[2]s (nf_tables)

Usage: %[1]s -[ACD] chain rule-specification [options]
       %[1]s -I chain [rulenum] rule-specification [options]
       %[1]s -R chain rulenum rule-specification [options]
       %[1]s -D chain rulenum [options]
       %[1]s -[LS] [chain [rulenum]] [options]
       %[1]s -[FZ] [chain] [options]
       %[1]s -[NX] chain
       %[1]s -E old-chain-name new-chain-name
       %[1]s -P chain target [options]
       %[1]s -h (print this help information)
`
