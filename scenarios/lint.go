package scenarios

import "errors"

// lintSeeds is how many students' draws Lint tries.
const lintSeeds = 8

// Lint checks what Open takes: it reads all files and draws the parameters of
// several students. It returns everything that is wrong.
func Lint(name string) Problems {
	s, err := Open(name)
	if err != nil {
		return asProblems(name, err)
	}
	for seed := range uint64(lintSeeds) {
		if _, err := s.Draw(seed); err != nil {
			return asProblems(name, err)
		}
	}
	return nil
}

func asProblems(name string, err error) Problems {
	var ps Problems
	if errors.As(err, &ps) {
		return ps
	}
	return Problems{{File: name, Msg: err.Error()}}
}
