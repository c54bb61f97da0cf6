package shell

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"
)

func assignOperator(op syntax.BinAritOperator) (syntax.BinAritOperator, bool) {
	switch op {
	case syntax.AddAssgn:
		return syntax.Add, true
	case syntax.SubAssgn:
		return syntax.Sub, true
	case syntax.MulAssgn:
		return syntax.Mul, true
	case syntax.QuoAssgn:
		return syntax.Quo, true
	case syntax.RemAssgn:
		return syntax.Rem, true
	case syntax.AndAssgn:
		return syntax.And, true
	case syntax.OrAssgn:
		return syntax.Or, true
	case syntax.XorAssgn:
		return syntax.Xor, true
	case syntax.ShlAssgn:
		return syntax.Shl, true
	case syntax.ShrAssgn:
		return syntax.Shr, true
	}
	return op, false
}

func (s *Shell) apply(op syntax.BinAritOperator, a, b int64, x *syntax.BinaryArithm) (int64, error) {
	switch op {
	case syntax.Add:
		return a + b, nil
	case syntax.Sub:
		return a - b, nil
	case syntax.Mul:
		return a * b, nil
	case syntax.Quo, syntax.Rem:
		if b == 0 {
			y := s.between(x.Y.Pos(), x.Y.End(), 0)
			return 0, fmt.Errorf("%s: division by 0 (error token is \"%s\")", s.between(x.Pos(), x.End(), 0), y)
		}
		if b == -1 { // the smallest number has no positive counterpart
			if op == syntax.Rem {
				return 0, nil
			}
			return -a, nil
		}
		if op == syntax.Rem {
			return a % b, nil
		}
		return a / b, nil
	case syntax.Pow:
		if b < 0 {
			return 0, fmt.Errorf("%s: exponent less than 0 (error token is \"%s\")", s.between(x.Pos(), x.End(), 0), s.between(x.Y.Pos(), x.Y.End(), 0))
		}
		n := int64(1)
		for ; b > 0; b >>= 1 {
			if b&1 != 0 {
				n *= a
			}
			a *= a
		}
		return n, nil
	case syntax.Shl:
		return a << uint64(b&63), nil
	case syntax.Shr:
		return a >> uint64(b&63), nil
	case syntax.And:
		return a & b, nil
	case syntax.Or:
		return a | b, nil
	case syntax.Xor:
		return a ^ b, nil
	case syntax.Comma:
		return b, nil
	}
	return compare(op, a, b)
}

func compare(op syntax.BinAritOperator, a, b int64) (int64, error) {
	switch op {
	case syntax.Eql:
		return truth(a == b), nil
	case syntax.Neq:
		return truth(a != b), nil
	case syntax.Lss:
		return truth(a < b), nil
	case syntax.Leq:
		return truth(a <= b), nil
	case syntax.Gtr:
		return truth(a > b), nil
	case syntax.Geq:
		return truth(a >= b), nil
	}
	return 0, fmt.Errorf("syntax error in expression")
}
