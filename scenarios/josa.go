package scenarios

import "mxlab/scenarios/josa"

// particleNames are the pairs ${name|pair} knows.
var particleNames = josa.Names()

// particle returns the Korean particle of a pair that follows word.
func particle(word, pair string) (string, bool) { return josa.Particle(word, pair) }
