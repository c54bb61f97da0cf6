package dns

import "testing"

// 3.2: "s1 is said to be less than s2 if, and only if, s1 is not equal to s2, and
// (i1 < i2 and i2 - i1 < 2^(SERIAL_BITS - 1)) or (i1 > i2 and i1 - i2 >
// 2^(SERIAL_BITS - 1))".
func TestRFC1982Comparison(t *testing.T) {
	table := []struct {
		a, b uint32
		less bool
	}{
		{1, 2, true}, {2, 1, false}, {1, 1, false}, {0xffffffff, 0, true}, {0, 0xffffffff, false},
		{2025112101, 2025112102, true}, {2025112199, 1, false}, {0, 0x7fffffff, true}, {0, 0x80000000, false},
		{0x80000000, 0, false}, {4294967295, 2147483646, true},
	}
	for _, c := range table {
		if got := SerialLess(c.a, c.b); got != c.less {
			t.Errorf("SerialLess(%d, %d) = %v", c.a, c.b, got)
		}
		if c.less && !SerialNewer(c.b, c.a) {
			t.Errorf("SerialNewer(%d, %d) is false", c.b, c.a)
		}
	}
}
