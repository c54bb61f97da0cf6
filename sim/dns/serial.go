package dns

// SerialLess reports whether serial a is older than b (RFC 1982 section 3.2).
// Serials exactly 2^31 apart are neither older nor newer.
func SerialLess(a, b uint32) bool { return int32(a-b) < 0 && a-b != 1<<31 }

// SerialNewer reports whether serial a is newer than b.
func SerialNewer(a, b uint32) bool { return int32(a-b) > 0 }
