package pki

import (
	"bytes"
	"crypto/x509"
	"time"
)

// Fault is why a certificate is not to be trusted, by OpenSSL's number and word
// (openssl-verification-options(1)).
type Fault struct {
	Code int
	Text string
}

// Verify judges a server's chain, its own certificate first, as OpenSSL does,
// without regard to names. It returns the faults in the order in which OpenSSL
// reports them; none means that it leads to one of the roots.
func Verify(chain, roots []*x509.Certificate, now time.Time) (faults []Fault) {
	if len(chain) == 0 {
		return []Fault{{2, "unable to get issuer certificate"}}
	}
	trusted, rest := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range roots {
		trusted.AddCert(c)
	}
	for _, c := range chain[1:] {
		rest.AddCert(c)
	}
	leaf := chain[0]
	at := leaf.NotBefore.Add(time.Second) // dates are judged below
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: trusted, Intermediates: rest, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		last := chain[len(chain)-1]
		switch own := bytes.Equal(last.RawIssuer, last.RawSubject); {
		case own && len(chain) == 1:
			faults = append(faults, Fault{18, "self-signed certificate"})
		case own:
			faults = append(faults, Fault{19, "self-signed certificate in certificate chain"})
		default:
			faults = append(faults, Fault{20, "unable to get local issuer certificate"})
			if len(chain) == 1 {
				faults = append(faults, Fault{21, "unable to verify the first certificate"})
			}
		}
	}
	for _, c := range chain {
		switch {
		case now.Before(c.NotBefore):
			faults = append(faults, Fault{9, "certificate is not yet valid"})
		case now.After(c.NotAfter):
			faults = append(faults, Fault{10, "certificate has expired"})
		}
	}
	return faults
}
