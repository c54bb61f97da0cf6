package webui

import (
	"mxlab/scenarios"
	"mxlab/sim/trace"
)

// explainer turns events into explanations.
type explainer struct {
	log   *trace.Log
	drawn *scenarios.Drawn
}

func (x *explainer) why(e *trace.Event) *Why { return nil }
