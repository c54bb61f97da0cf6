package sim

// Audit sets the kernel's auditor, for tests.
func (w *World) Audit(fn func()) { w.kernel.Audit(fn) }
